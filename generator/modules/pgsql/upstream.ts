import { perSite } from '../../model/per-site.ts';
import type { Site } from '../../model/site.ts';
import { clusterMembers, clusters, type PgsqlMember, pgsqlMembers } from './members.ts';

/** Where a standby cluster gets its content from: `pg_upstream` of its declared primary (pigsty.md section 1). */
export type StandbySource = {
  /** For PostgreSQL's primary_conninfo, tried in this order. */
  readonly hosts: readonly string[];
  readonly port: number;
  /** The members of that cluster; empty where it is not of this inventory. */
  readonly members: readonly PgsqlMember[];
};

/** The member of an address: its host's, or the one that a cluster's primary is reached at. */
export const memberAt = perSite((site): ReadonlyMap<string, PgsqlMember> => {
  const found = new Map<string, PgsqlMember>();
  for (const member of pgsqlMembers(site)) {
    const { pg_vip_enabled: hasVip, pg_vip_address: vip } = member.settings;
    if (hasVip && member.role === 'primary') found.set(vip.split('/')[0] ?? '', member);
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
  return { hosts: hostsToFollow(address, named, source), port, members: source };
}

/** The primary of a cluster may become another one: where that is followed, any member will do that can become it. */
function hostsToFollow(address: string, named: PgsqlMember, source: readonly PgsqlMember[]): string[] {
  if (named.role !== 'primary' || address !== named.host.ip) return [address];
  const others = source.filter((member) => member !== named && isCandidate(member, named));
  return [address, ...others.map((member) => member.host.ip)];
}

function isCandidate(member: PgsqlMember, primary: PgsqlMember): boolean {
  return !isDelayed(member) && member.settings.pg_port === primary.settings.pg_port;
}

/** The member of its own cluster that a cascading replica streams from. */
export function cascadeSource(member: PgsqlMember, site: Site): PgsqlMember | undefined {
  const { pg_upstream: address } = member.settings;
  if (member.role === 'primary' || address === undefined) return undefined;
  const source = memberAt(site).get(address);
  return source?.cluster === member.cluster && source !== member ? source : undefined;
}

/** True for a replica that stays behind on purpose: it never becomes primary, and serves nobody who asks for the present. */
export function isDelayed({ role, settings }: PgsqlMember): boolean {
  return role !== 'primary' && hasDelay(settings.pg_delay);
}

/** `0`, in whatever unit, is no delay. */
export function hasDelay(delay: string): boolean {
  return Number.parseFloat(delay) > 0;
}

/** The members of clusters that copy another one, by the name of that. */
export const copiesOf = perSite((site): ReadonlyMap<string, readonly PgsqlMember[]> => {
  const found = new Map<string, PgsqlMember[]>();
  for (const members of clusters(site)) {
    const source = standbySource(members, site)?.members[0]?.cluster;
    if (source !== undefined) found.set(source, [...(found.get(source) ?? []), ...members]);
  }
  return found;
});
