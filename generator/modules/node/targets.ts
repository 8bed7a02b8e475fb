import { type Offer, OpenPort, offer } from '../../model/facts.ts';
import { infraIps } from '../../model/infra.ts';
import { settingsOf } from '../../model/module.ts';
import { DnsRecord, type Exporter, PortalSite, ScrapeJob, ScrapeTarget } from '../../model/monitoring.ts';
import type { Site, SiteHost } from '../../model/site.ts';
import { nodeCluster, nodeName } from './settings.ts';
import { hasVip } from './vip.ts';

/** Pigsty's path of metrics; a target says so if its own is another one. */
const PATH = '/metrics';

/** What the monitoring centre needs to know of hosts: metrics, addresses to ping, names, and HAProxy's pages. */
export function monitoringOffers(site: Site): Offer[] {
  const ports = site.hosts.filter((host) => settingsOf(host).node_exporter_enabled);
  const only = infraIps(site);
  return [
    offer(ScrapeJob, [
      { name: 'node', path: PATH, scheme: 'https' },
      { name: 'ping', path: '/probe', scheme: 'http', probe: 'icmp' },
    ]),
    offer(ScrapeTarget, site.hosts.flatMap(targetsOf)),
    offer(
      OpenPort,
      ports.map((host) => ({ ip: host.ip, port: settingsOf(host).node_exporter_port, only })),
    ),
    offer(DnsRecord, eachFileOnce(site.hosts.flatMap(recordsOf))),
    offer(PortalSite, site.hosts.flatMap(pagesOf)),
  ];
}

/** The values of labels are Pigsty's (monitoring.md, section 1.3). */
function targetsOf(host: SiteHost): ScrapeTarget[] {
  const { ip } = host;
  const settings = settingsOf(host);
  const { exporter_metrics_path: path, vip_address: vip = '' } = settings;
  const labels = { cls: nodeCluster(settings), ins: nodeName(settings, ip) };
  const probed = { ...labels, exporter: 'blackbox' } as const;
  const scraped = (port: number, exporter: Exporter): ScrapeTarget => {
    const target = { job: 'node', file: ip, ip, address: `${ip}:${port}`, labels: { ...labels, exporter } };
    return path === PATH ? target : { ...target, path };
  };
  const shared = { job: 'ping', file: `${vip}---${ip}`, ip, address: vip };
  return [
    ...(settings.node_exporter_enabled ? [scraped(settings.node_exporter_port, 'node')] : []),
    ...(settings.haproxy_enabled ? [scraped(settings.haproxy_exporter_port, 'haproxy')] : []),
    { job: 'ping', file: ip, ip, address: ip, labels: probed },
    ...(hasVip(host) ? [{ ...shared, labels: { ...probed, vip, job: 'node-vip' } }] : []),
  ];
}

function recordsOf(host: SiteHost): DnsRecord[] {
  const settings = settingsOf(host);
  const cluster = nodeCluster(settings);
  const vip = `${cluster}${settings.vip_dns_suffix}`;
  return [
    { file: host.ip, ip: host.ip, names: [nodeName(settings, host.ip)] },
    ...(hasVip(host) ? [{ file: `vip-${cluster}`, ip: settings.vip_address ?? '', names: [vip] }] : []),
  ];
}

/** Hosts share a VIP. */
function eachFileOnce(records: readonly DnsRecord[]): DnsRecord[] {
  return [...new Map(records.map((record) => [record.file, record])).values()];
}

/** HAProxy's own page. */
function pagesOf(host: SiteHost): PortalSite[] {
  const settings = settingsOf(host);
  if (!settings.haproxy_enabled) return [];
  const name = nodeName(settings, host.ip);
  const address = `${host.ip}:${settings.haproxy_exporter_port}`;
  const upstream = { scheme: 'https', address } as const;
  return [{ name: `haproxy-${name}`, path: `/${name}/`, upstream }];
}
