import type { PgRole, PgsqlMember } from '../../members.ts';
import type { HbaRule } from '../../params/schemas.ts';
import { citusGroup } from './citus.ts';
import { type HbaContext, LIVE_ROLES, type LiveRole } from './context.ts';
import { type HbaRecord, ruleRecords } from './records.ts';

const PARAMETERS = {
  postgres: ['pg_default_hba_rules', 'pg_hba_rules'],
  pgbouncer: ['pgb_default_hba_rules', 'pgb_hba_rules'],
} as const;

/** The rule that records come from, as it stands in the inventory. */
export type HbaSource = {
  readonly parameter: (typeof PARAMETERS)[HbaContext['target']][number] | 'pg_shard';
  /** In the list; undefined for what Citus needs, which no list says. */
  readonly index: number | undefined;
  readonly title: string | undefined;
};

/** The records of one rule. */
export type HbaGroup = {
  readonly source: HbaSource;
  /** The group holds while the member has this role; undefined: always. */
  readonly role: LiveRole | undefined;
  readonly records: readonly HbaRecord[];
};

/**
 * The rules of one server of a member, in order: those for Citus, the default rules of the inventory, its own. Made one
 * by one, as far as somebody reads.
 */
export function* hbaGroups(context: HbaContext): Generator<HbaGroup> {
  const { target, member } = context;
  if (target === 'postgres') yield* citusGroup(context);
  for (const parameter of PARAMETERS[target]) {
    const rules: readonly HbaRule[] = member.settings[parameter];
    for (const [index, rule] of rules.entries()) {
      if (!appliesTo(rule, member)) continue;
      const source = { parameter, index, title: rule.title };
      yield { source, role: liveRole(rule), records: ruleRecords(rule, context) };
    }
  }
}

/** Those that hold while the member has this role. */
export function* groupsInRole(context: HbaContext, role: LiveRole): Generator<HbaGroup> {
  for (const group of hbaGroups(context)) if (group.role === undefined || group.role === role) yield group;
}

function liveRole({ role }: HbaRule): LiveRole | undefined {
  return LIVE_ROLES.find((live) => live === role);
}

/** `common` and `default` rules are for everyone, the others for members of that role (pigsty.md section 5). */
function appliesTo(rule: HbaRule, member: PgsqlMember): boolean {
  const wanted = rule.role ?? 'common';
  if (wanted === 'common' || wanted === 'default' || liveRole(rule) !== undefined) return true;
  const roles: PgRole[] = [member.role];
  if (member.settings.pg_offline_query) roles.push('offline');
  return roles.some((role) => role === wanted);
}
