import { append } from '../../../model/multimap.ts';
import { perSite } from '../../../model/per-site.ts';
import type { Site } from '../../../model/site.ts';
import { splitCidr } from '../../../text/address.ts';
import { clusterMembers, clusters, type PgsqlMember, pgsqlMembers } from '../members.ts';

/** Where a standby cluster gets its content from: `pg_upstream` of its declared primary (pigsty.md section 1). */
export type StandbySource = {
  /** For PostgreSQL's primary_conninfo, tried in this order. */
  readonly hosts: readonly string[];
  readonly port: number;
  /** Of the primary there, which keeps what the copy has not got yet; only where the primary is followed. */
  readonly slot?: string;
  /** The members of that cluster; empty where it is not of this inventory. */
  readonly members: readonly PgsqlMember[];
};

/** The member of an address: its host's, or the one that a cluster's primary is reached at. */
export const memberAt = perSite((site): ReadonlyMap<string, PgsqlMember> => {
  const found = new Map<string, PgsqlMember>();
  for (const member of pgsqlMembers(site)) {
    const { pg_vip_enabled: hasVip, pg_vip_address: vip } = member.settings;
    if (hasVip && member.role === 'primary') found.set(splitCidr(vip).address, member);
    found.set(member.host.ip, member);
  }
  return found;
});

/** Undefined for a cluster with content of its own. */
export function standbySource(members: readonly PgsqlMember[], site: Site): StandbySource | undefined {
  const primary = members.find((member) => member.role === 'primary');
  const address = primary?.settings.pg_upstream;
  if (!primary || address === undefined) return undefined;
  const named = memberAt(site).get(address);
  if (!named) return { hosts: [address], port: primary.settings.pg_port, members: [] };
  const source = clusterMembers(site, named.cluster);
  const { pg_port: port } = named.settings;
  if (named.role !== 'primary') return { hosts: [address], port, members: source };
  const hosts = address === named.host.ip ? hostsToFollow(named, source) : [address];
  // With a slot Patroni looks for who takes writes; in a cluster that is a copy itself nobody does.
  if (named.settings.pg_upstream !== undefined) return { hosts, port, members: source };
  return {
    hosts,
    port,
    slot: `copy_${primary.cluster.toLowerCase().replaceAll('-', '_')}`,
    members: source,
  };
}

/** The primary of a cluster may become another one: any member that can become it, the declared one first. */
function hostsToFollow(named: PgsqlMember, source: readonly PgsqlMember[]): string[] {
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

/** How far a whole copy stays behind: `pg_delay` of its declared primary; undefined for no delay and for other clusters. */
function copyDelay(members: readonly PgsqlMember[]): string | undefined {
  const settings = members.find((member) => member.role === 'primary')?.settings;
  const isLate = settings?.pg_upstream !== undefined && hasDelay(settings.pg_delay);
  return isLate ? settings.pg_delay : undefined;
}

/** How far a member stays behind on purpose, by itself or with its whole cluster; undefined: not at all. */
export function delayOf(
  { role, settings }: PgsqlMember,
  members: readonly PgsqlMember[],
): string | undefined {
  return role !== 'primary' && hasDelay(settings.pg_delay) ? settings.pg_delay : copyDelay(members);
}

/** False for a replica that stays behind the rest of its cluster: it serves nobody who asks for the present. */
export function canLead(member: PgsqlMember, members: readonly PgsqlMember[]): boolean {
  return delayOf(member, members) === copyDelay(members);
}

/** `0`, in whatever unit, is no delay. */
export function hasDelay(delay: string): boolean {
  return Number.parseFloat(delay) > 0;
}

/** A cluster that copies another one. */
export type Copy = { readonly members: readonly PgsqlMember[]; readonly source: StandbySource };

/** The copies of each cluster, by its name. */
export const copiesOf = perSite((site): ReadonlyMap<string, readonly Copy[]> => {
  const found = new Map<string, Copy[]>();
  for (const members of clusters(site)) {
    const source = standbySource(members, site);
    const name = source?.members[0]?.cluster;
    if (source && name !== undefined) append(found, name, { members, source });
  }
  return found;
});
