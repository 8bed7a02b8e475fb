import type { HostIp } from './brand.ts';
import { settingsOf } from './module.ts';
import { perSite } from './per-site.ts';
import type { SiteHost } from './site.ts';

/** Membership is by the fixed group name `infra` (pigsty.md section 1), which defaults of several modules point at. */
export function isInfraHost({ groups }: SiteHost): boolean {
  return groups.includes('infra');
}

/**
 * What hosts of a site with a monitoring centre must not be called: the pages of the portal, beside which each host has one, and
 * the names in certificates that open the programs of the centre.
 */
export const CENTRE_NAMES: ReadonlySet<string> = new Set(
  'prometheus alertmanager blackbox push ui vlogs journal portal alerts nginx prometheus.infra localhost'.split(
    ' ',
  ),
);

export const infraIps = perSite((site): readonly HostIp[] =>
  site.hosts.filter(isInfraHost).map(({ ip }) => ip),
);

/** The infra hosts that store journals. */
export const journalReceivers = perSite((site): readonly SiteHost[] =>
  site.hosts.filter((host) => isInfraHost(host) && settingsOf(host).journal_enabled),
);
/** The port of the DNS servers that `nameserver` in resolv.conf means (resolv.conf(5)). */
const DNS_PORT = 53;

/** The infra hosts that answer DNS queries of other hosts. */
export const dnsServers = perSite((site): ReadonlySet<string> => {
  const serving = site.hosts.filter((host) => {
    const { dns_enabled: isEnabled, dns_port: port } = settingsOf(host);
    return isInfraHost(host) && isEnabled && port === DNS_PORT;
  });
  return new Set(serving.map(({ ip }) => ip));
});
