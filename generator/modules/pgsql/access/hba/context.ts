import { infraIps } from '../../../../model/infra.ts';
import type { Site } from '../../../../model/site.ts';
import { clusterMembers, type PgsqlMember } from '../../members.ts';
import { otherGroups } from '../../topology/citus.ts';

/** The actual roles of a member; Patroni calls on-role.sh at a change. */
export const LIVE_ROLES = ['primary', 'replica'] as const;
export type LiveRole = (typeof LIVE_ROLES)[number];

/** The values that HBA rules depend on, as address aliases (pigsty.md section 5). */
export type HbaContext = {
  readonly target: 'postgres' | 'pgbouncer';
  readonly member: PgsqlMember;
  readonly members: readonly PgsqlMember[];
  readonly otherGroups: readonly PgsqlMember[];
  readonly infraIps: readonly string[];
  /** Equal for two contexts in which a rule gives the same records, unless it is for `cluster`. */
  readonly key: string;
};

/** The context for the rules of PostgreSQL or pgbouncer on a member. */
export function hbaContext(target: HbaContext['target'], member: PgsqlMember, site: Site): HbaContext {
  const members = clusterMembers(site, member.cluster);
  const addresses = infraIps(site);
  const key = keyOf(target, member, addresses);
  return { target, member, members, otherGroups: otherGroups(member, site), infraIps: addresses, key };
}

function keyOf(
  target: HbaContext['target'],
  { settings }: PgsqlMember,
  addresses: readonly string[],
): string {
  const { pg_dbsu, pg_replication_username, pg_monitor_username, pg_admin_username } = settings;
  const names = [pg_dbsu, pg_replication_username, pg_monitor_username, pg_admin_username];
  return [target, settings.pg_pwd_enc, settings.admin_ip, ...names, ...addresses].join('\0');
}
