import { type Contribution, settingsOf } from '../../model/module.ts';
import { append } from '../../model/multimap.ts';
import { perSite } from '../../model/per-site.ts';
import type { FilePlan, View } from '../../model/plan.ts';
import type { Site, SiteHost } from '../../model/site.ts';
import { unitFile, unitPlan } from '../../text/unit.ts';
import { nodeCluster } from './settings.ts';

/*
 * The VIP of a group of hosts: keepalived adds it to one of them (pigsty.md section 3, node_vip). The hosts use unicast,
 * because a network may not forward multicast.
 */
const DIRECTORY = 'etc/keepalived';
const UNIT = 'keepalived.service';
const PRIORITY = { master: 128, backup: 100 } as const;

/** The hosts of each VIP. */
const vipHosts = perSite((site): ReadonlyMap<string, readonly SiteHost[]> => {
  const found = new Map<string, SiteHost[]>();
  for (const host of site.hosts) {
    const { vip_enabled: isEnabled, vip_address: address } = settingsOf(host);
    if (isEnabled && address !== undefined) append(found, address, host);
  }
  return found;
});

/** Whether the host is in a group with a VIP. */
export function hasVip(host: SiteHost): boolean {
  const { vip_enabled: isEnabled, vip_address: address } = settingsOf(host);
  return isEnabled && address !== undefined;
}

export function vipContribution(host: SiteHost, site: Site): Contribution {
  const settings = settingsOf(host);
  const { vip_address: address = '', vip_interface } = settings;
  if (!hasVip(host)) return {};
  const file = (path: string, mode: number, template: string, view: View): FilePlan => {
    const source = { kind: 'template', template: `node/${template}`, view } as const;
    return { path, mode, group: 'root', source };
  };
  const config = file(`${DIRECTORY}/keepalived.conf`, 0o640, 'keepalived.conf.ejs', configView(host, site));
  const start = file(`${DIRECTORY}/start.sh`, 0o755, 'keepalived-start.sh.ejs', {
    interface: vip_interface,
    ip: host.ip,
  });
  const metrics = file(`metrics/vip-${address}`, 0o755, 'vip-metrics.sh.ejs', {
    address,
    cluster: nodeCluster(settings),
    unit: UNIT,
  });
  return {
    files: [
      config,
      start,
      metrics,
      unitFile(UNIT, `node/${UNIT}.ejs`, { root: { $image: 'keepalived' }, address }),
    ],
    units: [unitPlan(UNIT, { image: 'keepalived', restartOn: [start.path], reloadOn: [config.path] })],
  };
}

/** The other hosts of the VIP. */
export function vipPeers(host: SiteHost, site: Site): string[] {
  const { vip_address: address = '' } = settingsOf(host);
  return (vipHosts(site).get(address) ?? []).filter((other) => other !== host).map(({ ip }) => ip);
}

function configView(host: SiteHost, site: Site): View {
  const settings = settingsOf(host);
  const { vip_address: address = '', vip_vrid: id = 0, vip_role: role } = settings;
  return {
    cluster: nodeCluster(settings),
    id,
    address,
    ip: host.ip,
    peers: vipPeers(host, site),
    priority: PRIORITY[role],
    // Without preemption, keepalived needs every host to start as BACKUP (keepalived.conf(5), nopreempt).
    state: settings.vip_preempt && role === 'master' ? 'MASTER' : 'BACKUP',
    preempts: String(settings.vip_preempt),
  };
}
