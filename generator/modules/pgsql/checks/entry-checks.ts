import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import { append } from '../../../model/multimap.ts';
import { perSite } from '../../../model/per-site.ts';
import type { Site } from '../../../model/site.ts';
import { coversNetwork, networkAddress, reservedAddress, splitCidr } from '../../../text/address.ts';
import { serviceHosts } from '../access/services.ts';
import { vipOf } from '../ha/vip.ts';
import { clusters, type PgsqlMember, placeOf } from '../members.ts';

const rules = {
  vipIsHost: rule<{ cluster: string; address: string; reason: string }>('pgsql/vip-unusable', {
    severity: 'error',
    message: ({ cluster, address, reason }) =>
      `\`pg_vip_address: ${address}\` of cluster ${cluster} ${reason}`,
    label: () => 'set here',
    help: () => 'use a free address in the network of the members, with its mask: 10.10.10.2/24',
  }),
  vipNetwork: rule<{ cluster: string; address: string; reason: string; note: string }>('pgsql/vip-network', {
    severity: 'warning',
    message: ({ cluster, address, reason }) =>
      `\`pg_vip_address: ${address}\` of cluster ${cluster} ${reason}`,
    label: () => 'set here',
    help: ({ note }) => note,
  }),
  noProvider: rule<{ cluster: string; group: string }>('pgsql/no-provider', {
    severity: 'error',
    message: ({ cluster, group }) =>
      `\`pg_service_provider: ${group}\` of cluster ${cluster} is not a group with hosts`,
    label: () => 'set here',
    help: () => 'name a group with hosts, or leave it empty to run the services on the members',
  }),
  noProxy: rule<{ ip: string; cluster: string }>('pgsql/provider-without-haproxy', {
    severity: 'error',
    message: ({ ip, cluster }) =>
      `host ${ip} runs the services of cluster ${cluster}, but HAProxy is disabled there`,
    help: () => 'remove `haproxy_enabled: false`, or change `pg_service_provider`',
  }),
};

/** The entry points of a cluster: its VIP, and the hosts that run its services. */
export function checkEntries(site: Site, members: readonly PgsqlMember[]): Diagnostic[] {
  return [...checkVip(site, members), ...checkVipNetwork(members), ...checkProvider(site, members)];
}

/** The users of each address: text for a message, and the cluster of a VIP. */
const takenAddresses = perSite(
  (site): ReadonlyMap<string, readonly { cluster?: string; words: string }[]> => {
    const taken = new Map<string, { cluster?: string; words: string }[]>();
    for (const { ip, parameters } of site.hosts) {
      append(taken, ip, { words: 'is the address of a host' });
      const { vip_enabled: isShared, vip_address: shared } = parameters.values;
      if (isShared === true) append(taken, String(shared), { words: 'is also `vip_address` of hosts' });
    }
    for (const [first] of clusters(site)) {
      const vip = first && vipOf(first);
      if (first && vip)
        append(taken, vip, { cluster: first.cluster, words: `is also the VIP of cluster ${first.cluster}` });
    }
    return taken;
  },
);

/** The VIP of a cluster must be unique. */
function checkVip(site: Site, [first]: readonly PgsqlMember[]): Diagnostic[] {
  const ip = first && vipOf(first);
  if (!first || ip === undefined) return [];
  const { cluster, settings } = first;
  const other = takenAddresses(site)
    .get(ip)
    ?.find((holder) => holder.cluster !== cluster);
  const reason = ip.startsWith('127.') ? 'is not set: clients would connect to their own host' : other?.words;
  if (reason === undefined) return [];
  const words = { cluster, address: settings.pg_vip_address, reason };
  return [rules.vipIsHost.at(placeOf(first, 'pg_vip_address'), words)];
}

/**
 * Clients reach a VIP only in the network of the host that has it. The inventory has no masks of hosts, so that of the VIP
 * decides; 32 says nothing about the network.
 */
function checkVipNetwork(members: readonly PgsqlMember[]): Diagnostic[] {
  const [first] = members;
  const address = first?.settings.pg_vip_address ?? '';
  if (!first || vipOf(first) === undefined || address.startsWith('127.')) return [];
  const problem = vipProblem(address, members);
  if (!problem) return [];
  return [
    rules.vipNetwork.at(placeOf(first, 'pg_vip_address'), { cluster: first.cluster, address, ...problem }),
  ];
}

function vipProblem(
  address: string,
  members: readonly PgsqlMember[],
): { readonly reason: string; readonly note: string } | undefined {
  const network = networkAddress(address);
  const reserved = reservedAddress(address);
  if (reserved)
    return {
      reason: `is the ${reserved} of ${network}`,
      note: 'use another address of the network, or correct the mask',
    };
  const outside = members.filter(({ host }) => !coversNetwork(network, host.ip));
  if (splitCidr(address).length === 32 || outside.length === 0) return undefined;
  const who =
    outside.length === members.length
      ? 'no member is'
      : `these members are not: ${outside.map(({ host }) => host.ip).join(', ')}`;
  return {
    reason: `is in ${network}, but ${who}`,
    note: 'a host outside the network cannot serve the VIP: use an address and mask of a network that all members are in',
  };
}

/** Hosts of `pg_service_provider` need HAProxy. A member without HAProxy has no services. */
function checkProvider(site: Site, members: readonly PgsqlMember[]): Diagnostic[] {
  const [first] = members;
  const group = first?.settings.pg_service_provider ?? '';
  if (!first || group === '') return [];
  const { cluster } = first;
  const hosts = serviceHosts(members, site);
  if (hosts.length === 0)
    return [rules.noProvider.at(placeOf(first, 'pg_service_provider'), { cluster, group })];
  return hosts.flatMap((host) => {
    if (host.parameters.values.haproxy_enabled !== false) return [];
    return [rules.noProxy.at(host.parameters.place('haproxy_enabled'), { ip: host.ip, cluster })];
  });
}
