import type { PgRole, PgsqlMember } from '../../members.ts';
import type { HbaRule } from '../../params/schemas.ts';
import { citusRules } from './citus.ts';
import { type HbaContext, LIVE_ROLES, type LiveRole } from './context.ts';
import { type ListedRule, orderedRules } from './order.ts';
import { type HbaRecord, ruleRecords } from './records.ts';

const PARAMETERS = {
  postgres: ['pg_default_hba_rules', 'pg_hba_rules'],
  pgbouncer: ['pgb_default_hba_rules', 'pgb_hba_rules'],
} as const;

/** The rule in the inventory that records are made from. */
export type HbaSource = {
  readonly parameter: (typeof PARAMETERS)[HbaContext['target']][number] | 'pg_shard';
  /** In the list; undefined for the rules of Citus, which are in no list. */
  readonly index: number | undefined;
  readonly title: string | undefined;
};

/** The records of one rule. */
export type HbaGroup = {
  readonly source: HbaSource;
  /** The group applies while the member has this role; undefined: always. */
  readonly role: LiveRole | undefined;
  readonly records: readonly HbaRecord[];
};

/**
 * The rules of PostgreSQL or pgbouncer on a member, in order: those for Citus, the default rules of the inventory, the
 * rules of the cluster; `order` changes the order of the latter two. A generator: a verdict needs only the rules up to the first match.
 */
export function* hbaGroups(context: HbaContext): Generator<HbaGroup> {
  const { target, member } = context;
  if (target === 'postgres') yield* citusRules(context);
  for (const { parameter, index, rule } of rulesInOrder(context)) {
    if (!appliesTo(rule, member)) continue;
    const source = { parameter, index, title: rule.title };
    yield { source, role: liveRole(rule), records: ruleRecords(rule, context) };
  }
}

type ListName = Exclude<HbaSource['parameter'], 'pg_shard'>;
type RuleList = readonly [ListName, readonly HbaRule[]];
type Ordered = readonly ListedRule<ListName>[];

/** By the rules of a cluster and by the default ones: most members share both. */
const ordered: Record<HbaContext['target'], WeakMap<object, Map<object, Ordered>>> = {
  postgres: new WeakMap(),
  pgbouncer: new WeakMap(),
};

function rulesInOrder(context: HbaContext): Ordered {
  const known = ordered[context.target];
  const [defaults, own] = listsOf(context);
  const ofOwn = known.get(own[1]) ?? new Map<object, Ordered>();
  known.set(own[1], ofOwn);
  const found = ofOwn.get(defaults[1]) ?? orderedRules(defaults, own);
  ofOwn.set(defaults[1], found);
  return found;
}

/** The default rules of the inventory, and the rules of the cluster. */
export function listsOf({ target, member: { settings } }: HbaContext): readonly [RuleList, RuleList] {
  const [defaults, own] = PARAMETERS[target];
  return [
    [defaults, settings[defaults]],
    [own, settings[own]],
  ];
}

/** The rules that apply while the member has this role. */
export function* groupsInRole(context: HbaContext, role: LiveRole): Generator<HbaGroup> {
  for (const group of hbaGroups(context)) if (group.role === undefined || group.role === role) yield group;
}

/** The roles in which a member has different rules: one of them stands for both where no rule is for a role. */
export function distinctRoles({ target, member }: HbaContext): readonly LiveRole[] {
  const isForRole = PARAMETERS[target].some((parameter) => {
    const rules: readonly HbaRule[] = member.settings[parameter];
    return rules.some((rule) => liveRole(rule) !== undefined);
  });
  return isForRole ? LIVE_ROLES : ['primary'];
}

function liveRole({ role }: HbaRule): LiveRole | undefined {
  return LIVE_ROLES.find((live) => live === role);
}

/** `common` and `default` rules are for every member, the others for members with that role (pigsty.md section 5). */
function appliesTo(rule: HbaRule, member: PgsqlMember): boolean {
  const declared = rule.role ?? 'common';
  if (declared === 'common' || declared === 'default' || liveRole(rule) !== undefined) return true;
  const roles: PgRole[] = [member.role];
  if (member.settings.pg_offline_query) roles.push('offline');
  return roles.some((role) => role === declared);
}
