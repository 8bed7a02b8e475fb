import { EVERY_ADDRESS, type Offer, OpenPort, offer } from '../../model/facts.ts';
import { infraIps, journalReceivers } from '../../model/infra.ts';
import { settingsOf } from '../../model/module.ts';
import {
  DashboardPage,
  DnsRecord,
  type Exporter,
  LogStore,
  PortalSite,
  RuleGroup,
  ScrapeJob,
  ScrapeTarget,
} from '../../model/monitoring.ts';
import type { Site } from '../../model/site.ts';
import { peersOf } from './alertmanager.ts';
import { VLOGS_PATH } from './carried.ts';
import { addressOf, componentOf, componentsOf } from './components.ts';
import { DNS_PROBE } from './gateways.ts';
import { type InfraHost, infraHosts } from './hosts.ts';
import { JOURNAL_SITE } from './journal.ts';
import { ruleGroups } from './monitoring/index.ts';
import { INFRA_PAGES } from './monitoring/pages.ts';
import { portalDomains, urlOf } from './portal-names.ts';

/** What the centre offers of itself: its hosts watch each other. */
export function infraOffers(site: Site): Offer[] {
  const hosts = infraHosts(site);
  return [
    offer(ScrapeJob, hosts.length > 0 ? JOBS : []),
    offer(ScrapeTarget, [...hosts.flatMap(targetsOf), ...pingTargets(site)]),
    offer(DnsRecord, dnsRecords(site)),
    offer(
      OpenPort,
      hosts.flatMap((self) => openPorts(self, site)),
    ),
    offer(OpenPort, journalPorts(site)),
    offer(LogStore, hosts.flatMap(logStore)),
    offer(PortalSite, journalReceivers(site).length > 0 ? [JOURNAL_SITE] : []),
    offer(RuleGroup, ruleGroups(site)),
    offer(DashboardPage, INFRA_PAGES),
  ];
}

function logStore(self: InfraHost): LogStore[] {
  const path = `${VLOGS_PATH}/insert/journald`;
  return componentOf(self, 'vlogs') ? [{ ip: self.host.ip, path }] : [];
}

function journalPorts(site: Site): OpenPort[] {
  return journalReceivers(site).map((host) => ({ ip: host.ip, port: settingsOf(host).journal_port }));
}

const JOBS: readonly ScrapeJob[] = [
  // Pushgateway shows what was pushed, too.
  { name: 'infra', path: '/metrics', scheme: 'https', ownOnly: true },
  { name: 'push', path: '/metrics', scheme: 'https', honorsLabels: true },
  { name: 'portal', path: '/probe', scheme: 'https', probe: 'http_site' },
  { name: 'dns', path: '/probe', scheme: 'https', probe: DNS_PROBE },
];

/** The programs by Pigsty's labels, Pushgateway for the metrics that it got, the portal and DNS as people see them. */
function targetsOf(self: InfraHost): ScrapeTarget[] {
  const common = { file: self.instance, ip: self.host.ip };
  const labels = (cls: string, exporter: Exporter) => ({ cls, ins: `${cls}-${self.seq}`, exporter });
  const components = componentsOf(self);
  const targets = components.map((component): ScrapeTarget => {
    return {
      ...common,
      job: 'infra',
      address: addressOf(self, component),
      labels: labels(component.name, component.name),
    };
  });
  const pushed = components
    .filter(({ name }) => name === 'pushgateway')
    .map((component): ScrapeTarget => {
      return {
        ...common,
        job: 'push',
        address: addressOf(self, component),
        labels: labels('push', 'pushgateway'),
      };
    });
  const portal: ScrapeTarget = {
    ...common,
    job: 'portal',
    address: `${urlOf(self.host.ip, self.settings)}/ca.crt`,
    labels: labels('portal', 'blackbox'),
  };
  const names: ScrapeTarget = {
    ...common,
    job: 'dns',
    address: `${self.host.ip}:${self.settings.dns_port}`,
    labels: labels('dnsmasq', 'blackbox'),
  };
  return [
    ...targets,
    ...pushed,
    ...(self.settings.nginx_enabled ? [portal] : []),
    ...(self.settings.dns_enabled ? [names] : []),
  ];
}

/** Machines that are nothing but pinged; job `ping` has all hosts (modules/node/targets.ts). */
function pingTargets(site: Site): ScrapeTarget[] {
  const [first] = infraHosts(site);
  return Object.entries(first?.settings.ping_targets ?? {}).map(([name, address]) => ({
    job: 'ping',
    file: `target-${name}`,
    ip: address,
    address,
    labels: { cls: 'ping', ins: name, exporter: 'blackbox' },
  }));
}

/** `dns_records`, and the names of the portal that they leave out: each infra host answers for them. */
function dnsRecords(site: Site): DnsRecord[] {
  const hosts = infraHosts(site);
  const declared = (hosts[0]?.settings.dns_records ?? []).flatMap(recordOf);
  const known = new Set(declared.flatMap(({ names }) => names));
  const portals = hosts.filter(({ settings }) => settings.nginx_enabled);
  const added = portals.flatMap(({ host, settings }) => {
    const names = portalDomains(settings).filter((name) => !known.has(name));
    return names.length > 0 ? [{ file: 'portal', ip: host.ip, names }] : [];
  });
  return [...declared, ...added];
}

/** A line of `dns_records` without its comment. */
function recordOf(line: string): DnsRecord[] {
  const [ip = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
  return ip === '' ? [] : [{ file: 'default', ip, names }];
}

/** The portal is for everybody, DNS for the private networks, the programs for infra hosts. */
function openPorts(self: InfraHost, site: Site): OpenPort[] {
  const { host, settings } = self;
  const { ip } = host;
  const web = [
    settings.nginx_port,
    ...(settings.nginx_sslmode === 'disable' ? [] : [settings.nginx_ssl_port]),
  ];
  const everybody = web.map((port) => ({ ip, port, sources: () => EVERY_ADDRESS }));
  const dns: OpenPort = {
    ip,
    port: settings.dns_port,
    isUdpToo: true,
    sources: () => settings.node_firewall_intranet,
  };
  const only = infraIps(site);
  const cluster: OpenPort = { ip, port: settings.alertmanager_cluster_port, only };
  const isClustered = settings.alertmanager_enabled && peersOf(self, site).length > 0;
  return [
    ...componentsOf(self).map(({ port }) => ({ ip, port, only })),
    ...(settings.nginx_enabled ? everybody : []),
    ...(settings.dns_enabled ? [dns] : []),
    ...(isClustered ? [cluster] : []),
  ];
}
