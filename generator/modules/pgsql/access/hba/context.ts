import { infraIps } from '../../../../model/infra.ts';
import type { Site } from '../../../../model/site.ts';
import { clusterMembers, type PgsqlMember } from '../../members.ts';
import { otherParts } from '../../topology/citus.ts';

/** A member is one of these at a time, and changes between them; Patroni calls on-role.sh when it does. */
export const LIVE_ROLES = ['primary', 'replica'] as const;
export type LiveRole = (typeof LIVE_ROLES)[number];

/** What address aliases stand for (pigsty.md section 5). */
export type HbaContext = {
  readonly target: 'postgres' | 'pgbouncer';
  readonly member: PgsqlMember;
  readonly members: readonly PgsqlMember[];
  readonly otherParts: readonly PgsqlMember[];
  readonly infraIps: readonly string[];
};

/** What the rules of one server of a member are read in. */
export function hbaContext(target: HbaContext['target'], member: PgsqlMember, site: Site): HbaContext {
  const members = clusterMembers(site, member.cluster);
  return { target, member, members, otherParts: otherParts(member, site), infraIps: infraIps(site) };
}
