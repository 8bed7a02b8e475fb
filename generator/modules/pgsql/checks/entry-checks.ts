import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import { append } from '../../../model/multimap.ts';
import { perSite } from '../../../model/per-site.ts';
import type { Site } from '../../../model/site.ts';
import { carriers } from '../access/services.ts';
import { vipOf } from '../ha/vip.ts';
import { clusters, type PgsqlMember, placeOf } from '../members.ts';

const rules = {
  vipIsHost: rule<{ cluster: string; address: string; reason: string }>('pgsql/vip-unusable', {
    severity: 'error',
    message: ({ cluster, address, reason }) =>
      `\`pg_vip_address: ${address}\` of cluster ${cluster} ${reason}`,
    label: () => 'set here',
    help: () => 'take an address of the members’ network that nothing has, with its mask: 10.10.10.2/24',
  }),
  noProvider: rule<{ cluster: string; group: string }>('pgsql/no-provider', {
    severity: 'error',
    message: ({ cluster, group }) =>
      `\`pg_service_provider: ${group}\` of cluster ${cluster} names no group with hosts`,
    label: () => 'set here',
    help: () =>
      'name a group whose hosts carry the services, or leave it empty: then each member carries them',
  }),
  noProxy: rule<{ ip: string; cluster: string }>('pgsql/provider-without-haproxy', {
    severity: 'error',
    message: ({ ip, cluster }) => `host ${ip} is to carry the services of cluster ${cluster} without HAProxy`,
    help: () => 'it has `haproxy_enabled: false`',
  }),
};

/** Where clients of a cluster go: its address, and the hosts that carry its services. */
export function checkEntries(site: Site, members: readonly PgsqlMember[]): Diagnostic[] {
  return [...checkVip(site, members), ...checkProvider(site, members)];
}

/** What has an address, in words; clusters by name. */
const takenAddresses = perSite(
  (site): ReadonlyMap<string, readonly { cluster?: string; words: string }[]> => {
    const taken = new Map<string, { cluster?: string; words: string }[]>();
    for (const { ip, parameters } of site.hosts) {
      append(taken, ip, { words: 'is a host of its own' });
      const { vip_enabled: isShared, vip_address: shared } = parameters.values;
      if (isShared === true)
        append(taken, String(shared), { words: 'is one that hosts share by keepalived' });
    }
    for (const [first] of clusters(site)) {
      const vip = first && vipOf(first);
      if (first && vip)
        append(taken, vip, { cluster: first.cluster, words: `is that of cluster ${first.cluster} as well` });
    }
    return taken;
  },
);

/** The address of a cluster's primary is nobody else's. */
function checkVip(site: Site, [first]: readonly PgsqlMember[]): Diagnostic[] {
  const ip = first && vipOf(first);
  if (!first || ip === undefined) return [];
  const { cluster, settings } = first;
  const other = takenAddresses(site)
    .get(ip)
    ?.find((holder) => holder.cluster !== cluster);
  const reason = ip.startsWith('127.') ? 'is not set: it is this machine’s own' : other?.words;
  if (reason === undefined) return [];
  const words = { cluster, address: settings.pg_vip_address, reason };
  return [rules.vipIsHost.at(placeOf(first, 'pg_vip_address'), words)];
}

/** The hosts that carry the services of others can do so. A member without HAProxy has no services of its own. */
function checkProvider(site: Site, members: readonly PgsqlMember[]): Diagnostic[] {
  const [first] = members;
  const group = first?.settings.pg_service_provider ?? '';
  if (!first || group === '') return [];
  const { cluster } = first;
  const hosts = carriers(members, site);
  if (hosts.length === 0)
    return [rules.noProvider.at(placeOf(first, 'pg_service_provider'), { cluster, group })];
  return hosts.flatMap((host) => {
    if (host.parameters.values.haproxy_enabled !== false) return [];
    return [rules.noProxy.at(host.parameters.place('haproxy_enabled'), { ip: host.ip, cluster })];
  });
}
