import { append } from '../../../model/multimap.ts';
import { perSite } from '../../../model/per-site.ts';
import type { Site } from '../../../model/site.ts';
import { type PgsqlMember, pgsqlMembers } from '../members.ts';
import { isBundled } from '../packages/packages.ts';

/** A cluster as a group of a Citus cluster (Patroni manual, "Citus support"). */
export type CitusGroup = {
  /** The name of the Citus cluster. */
  readonly shard: string;
  /** 0 for the coordinator. */
  readonly number: number;
  readonly database: string;
};

/** Undefined for plain PostgreSQL, also with `pg_mode: citus` if no Citus package is available. */
export function citusGroup(member: PgsqlMember): CitusGroup | undefined {
  const { pg_mode: mode, pg_group: number, patroni_citus_db: database } = member.settings;
  if (mode !== 'citus' || number === undefined || !isBundled('citus', member)) return undefined;
  return { shard: shardOf(member), number, database };
}

/** The name of the Citus cluster of a cluster: `pg_shard`, or the name of the cluster. */
export function shardOf({ settings, cluster }: PgsqlMember): string {
  return settings.pg_shard ?? cluster;
}

/**
 * The owner of a member's state. A plain cluster cannot become a Citus group with the same state: Patroni would use other
 * keys in the configuration store, and would not find the cluster there.
 */
export function stateIdentity(member: PgsqlMember): string {
  const part = citusGroup(member);
  return part ? `${member.cluster}.${part.shard}.${part.number}` : member.cluster;
}

/** What all keys of a cluster, or of a whole Citus cluster, begin with. It is also the name of their user in etcd. */
export function storePrefix(member: PgsqlMember): string {
  const name = citusGroup(member)?.shard ?? member.cluster;
  return `${member.settings.pg_namespace}/${name}/`;
}

/** What the keys of a cluster in the configuration store begin with. */
export function storeDirectory(member: PgsqlMember): string {
  const part = citusGroup(member);
  const path = part ? `${part.shard}/${part.number}` : member.cluster;
  return `${member.settings.pg_namespace}/${path}/`;
}

/** The key of the leader in the configuration store. */
export function leaderKey(member: PgsqlMember): string {
  return `${storeDirectory(member)}leader`;
}

const byShard = perSite((site) => {
  const found = new Map<string, PgsqlMember[]>();
  for (const member of pgsqlMembers(site)) {
    const part = citusGroup(member);
    if (part) append(found, part.shard, member);
  }
  return found;
});

/** The members of the other groups of a member's Citus cluster. */
export function otherGroups(member: PgsqlMember, site: Site): readonly PgsqlMember[] {
  const part = citusGroup(member);
  if (!part) return [];
  return (byShard(site).get(part.shard) ?? []).filter(({ cluster }) => cluster !== member.cluster);
}

/** The number of groups in a member's Citus cluster, with the coordinator. */
export function groupCount(member: PgsqlMember, site: Site): number {
  return new Set(otherGroups(member, site).map(({ cluster }) => cluster)).size + 1;
}
