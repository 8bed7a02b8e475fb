import { append } from '../../../model/multimap.ts';
import { perSite } from '../../../model/per-site.ts';
import type { Site } from '../../../model/site.ts';
import { type PgsqlMember, pgsqlMembers } from '../members.ts';
import { isBrought } from '../packages/packages.ts';

/** A cluster as a part of a database that Citus spreads over several (Patroni manual, "Citus support"). */
export type CitusPart = {
  /** Patroni's name of the whole. */
  readonly shard: string;
  /** 0 for the coordinator. */
  readonly group: number;
  readonly database: string;
};

/** Undefined for plain PostgreSQL, which `pg_mode: citus` comes to where no package of Citus is to be had. */
export function citusPart(member: PgsqlMember): CitusPart | undefined {
  const { pg_mode: mode, pg_group: group, patroni_citus_db: database } = member.settings;
  if (mode !== 'citus' || group === undefined || !isBrought('citus', member)) return undefined;
  return { shard: shardOf(member), group, database };
}

/** Patroni's name of the whole that a cluster is to be part of: `pg_shard`, or where nothing is said its own. */
export function shardOf({ settings, cluster }: PgsqlMember): string {
  return settings.pg_shard ?? cluster;
}

/**
 * What the state of a member is of. Where Patroni looks for its cluster goes by it: a cluster that has been on its own
 * does not become a part, and finds nobody of its members there.
 */
export function clusterIdentity(member: PgsqlMember): string {
  const part = citusPart(member);
  return part ? `${member.cluster}.${part.shard}.${part.group}` : member.cluster;
}

/** The key of the configuration store that names who leads. */
export function leaderKey(member: PgsqlMember): string {
  const part = citusPart(member);
  const path = part ? `${part.shard}/${part.group}` : member.cluster;
  return `${member.settings.pg_namespace}/${path}/leader`;
}

const byShard = perSite((site) => {
  const found = new Map<string, PgsqlMember[]>();
  for (const member of pgsqlMembers(site)) {
    const part = citusPart(member);
    if (part) append(found, part.shard, member);
  }
  return found;
});

/** The members of the other parts of a member's Citus database. */
export function otherParts(member: PgsqlMember, site: Site): readonly PgsqlMember[] {
  const part = citusPart(member);
  if (!part) return [];
  return (byShard(site).get(part.shard) ?? []).filter(({ cluster }) => cluster !== member.cluster);
}

/** How many parts a member's Citus database has, the coordinator counted. */
export function partCount(member: PgsqlMember, site: Site): number {
  return new Set(otherParts(member, site).map(({ cluster }) => cluster)).size + 1;
}
