import { type Contribution, settingsOf } from '../../model/module.ts';
import { append } from '../../model/multimap.ts';
import { perSite } from '../../model/per-site.ts';
import type { FilePlan } from '../../model/plan.ts';
import type { Site, SiteHost } from '../../model/site.ts';
import { rootCommand } from '../../text/command.ts';
import { unitFile, unitPlan } from '../../text/unit.ts';
import { hostByIp, type Unserved } from './hosts.ts';

/*
 * chrony synchronises the clock with the sources of the inventory. A host that is the source of other hosts serves them,
 * also when it loses its own sources: without an outer network, the hosts of a site still agree with each other.
 */
const CONFIG = 'etc/chrony/chrony.conf';
const UNIT = 'chrony.service';
const ROOT = { $image: 'chrony' };

/** The address or name of a source, a line of chrony.conf: `server 10.10.10.10 iburst`. */
function sourceAddress(line: string): string {
  return line.trim().split(/\s+/)[1] ?? '';
}

/** The NTP clients of each host of the site, by address. */
export const timeClients = perSite((site): ReadonlyMap<string, readonly SiteHost[]> => {
  const found = new Map<string, SiteHost[]>();
  for (const host of site.hosts) {
    const { node_ntp_enabled: isEnabled, node_ntp_servers: sources } = settingsOf(host);
    if (!isEnabled) continue;
    for (const address of new Set(sources.map(sourceAddress)))
      if (servesTime(hostByIp(site).get(address)) && address !== host.ip) append(found, address, host);
  }
  return found;
});

function servesTime(host: SiteHost | undefined): boolean {
  return host !== undefined && settingsOf(host).node_ntp_enabled;
}

export function unservedTimeSources(host: SiteHost, site: Site): Unserved[] {
  const { node_ntp_enabled: isEnabled, node_ntp_servers: sources } = settingsOf(host);
  if (!isEnabled) return [];
  return sources.map(sourceAddress).flatMap((ip, index) => {
    const other = hostByIp(site).get(ip);
    if (other === undefined || servesTime(other)) return [];
    return [{ parameter: 'node_ntp_servers', index, ip, what: 'an NTP server' }];
  });
}

/** Whether chrony runs on the host: it has a source or clients. */
export function hasTime(host: SiteHost, site: Site): boolean {
  const clients = timeClients(site).get(host.ip) ?? [];
  return settingsOf(host).node_ntp_enabled && usableSources(host, site).length + clients.length > 0;
}

/** The sources of a host, without hosts of the site that are not NTP servers. */
function usableSources(host: SiteHost, site: Site): string[] {
  return settingsOf(host).node_ntp_servers.filter((line) => {
    const other = hostByIp(site).get(sourceAddress(line));
    return other === undefined || (other !== host && servesTime(other));
  });
}

export function timeContribution(host: SiteHost, site: Site): Contribution {
  if (!hasTime(host, site)) return {};
  const clients = timeClients(site).get(host.ip) ?? [];
  const sources = usableSources(host, site);
  const config = configFile(
    sources,
    clients.map(({ ip }) => ip),
  );
  return {
    files: [config, unitFile(UNIT, `node/${UNIT}.ejs`, { root: ROOT }), chronyc(), metricsFile()],
    units: [unitPlan(UNIT, { image: 'chrony', restartOn: [CONFIG] })],
  };
}

/** Names and numbers as in chrony.conf(5); the clock is stepped only at the start, later it is slewed. */
function configFile(sources: readonly string[], clientIps: readonly string[]): FilePlan {
  const serving = ['local stratum 10', ...clientIps.map((ip) => `allow ${ip}`)];
  const lines = [
    ...sources,
    'driftfile /var/lib/chrony/drift',
    'pidfile /run/chrony/chronyd.pid',
    'bindcmdaddress /run/chrony/chronyd.sock',
    'makestep 1.0 3',
    'rtcsync',
    'cmdport 0',
    ...(clientIps.length > 0 ? serving : ['port 0']),
  ];
  return { path: CONFIG, mode: 0o644, group: 'root', source: { kind: 'text', lines } };
}

/** What the agent adds to its metrics: how far the clock is off, as chrony sees it. The kernel's own offset is always 0. */
function metricsFile(): FilePlan {
  const source = { kind: 'template', template: 'node/chrony-metrics.sh.ejs', view: { root: ROOT } } as const;
  return { path: 'metrics/chrony', mode: 0o755, group: 'root', source };
}

/** `chronyc` on the host, for root. */
function chronyc(): FilePlan {
  return rootCommand('chronyc', {
    root: ROOT,
    user: 'root',
    program: '/usr/bin/chronyc',
    binds: ['/run/chrony'],
    environment: [],
  });
}
