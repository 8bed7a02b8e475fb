import { append } from '../../../model/multimap.ts';
import { perSite } from '../../../model/per-site.ts';
import type { Site, SiteHosts } from '../../../model/site.ts';
import { splitCidr } from '../../../text/address.ts';
import { clusterMembers, clusters, type PgsqlMember, pgsqlMembers } from '../members.ts';

/** The upstream of a standby cluster: `pg_upstream` of its declared primary (pigsty.md section 1). */
export type StandbySource = {
  /** For primary_conninfo of PostgreSQL, in this order. */
  readonly hosts: readonly string[];
  readonly port: number;
  /** On the upstream's primary, which keeps WAL that the standby cluster still needs; only if the primary is the upstream. */
  readonly slot?: string;
  /** The members of the upstream cluster; empty if it is not in this inventory. */
  readonly members: readonly PgsqlMember[];
};

/** The member at an address: the address of its host, or the VIP of the cluster for the primary. */
export const memberAt = perSite((site): ReadonlyMap<string, PgsqlMember> => {
  const found = new Map<string, PgsqlMember>();
  for (const member of pgsqlMembers(site)) {
    const { pg_vip_enabled: hasVip, pg_vip_address: vip } = member.settings;
    if (hasVip && member.role === 'primary') found.set(splitCidr(vip).address, member);
    found.set(member.host.ip, member);
  }
  return found;
});

/** Undefined for a cluster without upstream. */
export function standbySource(members: readonly PgsqlMember[], site: SiteHosts): StandbySource | undefined {
  const primary = members.find((member) => member.role === 'primary');
  const address = primary?.settings.pg_upstream;
  if (!primary || address === undefined) return undefined;
  const named = memberAt(site).get(address);
  if (!named) return { hosts: [address], port: primary.settings.pg_port, members: [] };
  const source = clusterMembers(site, named.cluster);
  const { pg_port: port } = named.settings;
  if (named.role !== 'primary') return { hosts: [address], port, members: source };
  const hosts = address === named.host.ip ? upstreamHosts(named, source) : [address];
  // With a slot, Patroni looks for a member that accepts writes; a standby cluster has none.
  if (named.settings.pg_upstream !== undefined) return { hosts, port, members: source };
  return {
    hosts,
    port,
    slot: `copy_${primary.cluster.toLowerCase().replaceAll('-', '_')}`,
    members: source,
  };
}

/** The members that can be primary, the declared one first. */
function upstreamHosts(named: PgsqlMember, source: readonly PgsqlMember[]): string[] {
  const others = source.filter(
    (member) =>
      member !== named && canLead(member, source) && member.settings.pg_port === named.settings.pg_port,
  );
  return [named, ...others].map((member) => member.host.ip);
}

/** The member of its own cluster that a cascading replica streams from. */
export function cascadeSource(member: PgsqlMember, site: Site): PgsqlMember | undefined {
  const { pg_upstream: address } = member.settings;
  if (member.role === 'primary' || address === undefined) return undefined;
  const source = memberAt(site).get(address);
  return source?.cluster === member.cluster && source !== member ? source : undefined;
}

/** The delay of a standby cluster: `pg_delay` of its declared primary; undefined without delay, and for other clusters. */
function standbyClusterDelay(members: readonly PgsqlMember[]): string | undefined {
  const settings = members.find((member) => member.role === 'primary')?.settings;
  const isLate = settings?.pg_upstream !== undefined && hasDelay(settings.pg_delay);
  return isLate ? settings.pg_delay : undefined;
}

/** The replication delay of a member, its own or that of its standby cluster; undefined without delay. */
export function delayOf(
  { role, settings }: PgsqlMember,
  members: readonly PgsqlMember[],
): string | undefined {
  return role !== 'primary' && hasDelay(settings.pg_delay) ? settings.pg_delay : standbyClusterDelay(members);
}

/** False for a delayed replica: clients of services need current data. */
export function canLead(member: PgsqlMember, members: readonly PgsqlMember[]): boolean {
  return delayOf(member, members) === standbyClusterDelay(members);
}

/** `0` in any unit is no delay. */
export function hasDelay(delay: string): boolean {
  return Number.parseFloat(delay) > 0;
}

/** A standby cluster and its upstream. */
export type StandbyCluster = { readonly members: readonly PgsqlMember[]; readonly source: StandbySource };

/** The standby clusters of each upstream cluster, by its name. */
export const standbyClustersOf = perSite((site): ReadonlyMap<string, readonly StandbyCluster[]> => {
  const found = new Map<string, StandbyCluster[]>();
  for (const members of clusters(site)) {
    const source = standbySource(members, site);
    const name = source?.members[0]?.cluster;
    if (source && name !== undefined) append(found, name, { members, source });
  }
  return found;
});
