import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import type { HbaLine } from '../../../text/hba-line.ts';
import { type HbaContext, LIVE_ROLES, type LiveRole } from '../access/hba/context.ts';
import { coversLine, type HasRole } from '../access/hba/covers.ts';
import { groupsInRole, type HbaSource } from '../access/hba/groups.ts';
import { showRecord } from '../access/hba/print.ts';
import type { HbaRecord } from '../access/hba/records.ts';
import { rolesOf } from '../access/hba/verdict.ts';

const rules = {
  shadowed: rule<{ line: string; other: string }>('pgsql/rule-shadowed', {
    severity: 'warning',
    message: ({ line }) => `the rule \`${line}\` never matches: an earlier rule matches all its connections`,
    label: () => 'never reached',
    help: ({ other }) => `the earlier rule is: ${other}`,
  }),
};

const OWN = { postgres: 'pg_hba_rules', pgbouncer: 'pgb_hba_rules' } as const;

/** The rules of the inventory that never match, on every member and in either role, by index, with what is said of them. */
export function unreachableRules(servers: readonly HbaContext[]): ReadonlyMap<number, Diagnostic> {
  const [server] = servers;
  if (!server) return new Map();
  const { member, target } = server;
  const parameter = OWN[target];
  const own = member.settings[parameter];
  if (own.length === 0) return new Map();
  const hasRole: HasRole = (user, role) => rolesOf(user, server).has(role);
  const files = servers.flatMap((context) => LIVE_ROLES.map((role) => readFile(context, role)));
  const found = own.flatMap((_, index): (readonly [number, Diagnostic])[] => {
    const first = coverInAll(files, { parameter, index }, hasRole);
    if (!first) return [];
    const { own: late, by: early } = first;
    // A rule with the same result is only redundant.
    if (late.line.method === early.line.method && late.line.type === early.line.type) return [];
    const words = { line: showRecord(late.record), other: showRecord(early.record) };
    return [[index, rules.shadowed.at(member.host.parameters.place(parameter, [index]), words)]];
  });
  return new Map(found);
}

type ReadRecord = { readonly line: HbaLine; readonly record: HbaRecord; readonly source: HbaSource };

/** `places` has the indices of the records of each rule. */
type ReadFile = {
  readonly records: readonly ReadRecord[];
  readonly places: ReadonlyMap<string, readonly number[]>;
};

function readFile(context: HbaContext, role: LiveRole): ReadFile {
  const records = readRecords(context, role);
  const places = new Map<string, number[]>();
  for (const [place, { source }] of records.entries()) {
    const known = places.get(keyOf(source));
    if (known) known.push(place);
    else places.set(keyOf(source), [place]);
  }
  return { records, places };
}

/** The records that the server uses; pgbouncer ignores rules for roles. */
function readRecords(context: HbaContext, role: LiveRole): ReadRecord[] {
  const isIgnored = ({ users }: HbaLine) =>
    context.target === 'pgbouncer' && users.some(({ text }) => text.startsWith('+'));
  return [...groupsInRole(context, role)].flatMap(({ records, source }) =>
    records.flatMap((record) => {
      const { line } = record;
      return line && !isIgnored(line) ? [{ line, record, source }] : [];
    }),
  );
}

type Rule = Pick<HbaSource, 'parameter' | 'index'>;
type Cover = { readonly own: ReadRecord; readonly by: ReadRecord };

/** The first line of a rule with the line that covers it; undefined if the rule has a line that none covers, in any file. */
function coverInAll(files: readonly ReadFile[], rule: Rule, hasRole: HasRole): Cover | undefined {
  let first: Cover | undefined;
  for (const { records, places } of files)
    for (const place of places.get(keyOf(rule)) ?? []) {
      const own = records[place];
      const by = own && coverOf(own, records, place, hasRole);
      if (!by) return undefined;
      first ??= { own, by };
    }
  return first;
}

/** The first line before `place`, of another rule, that matches all connections of a line. */
function coverOf(
  own: ReadRecord,
  records: readonly ReadRecord[],
  place: number,
  hasRole: HasRole,
): ReadRecord | undefined {
  for (const [number, other] of records.entries()) {
    if (number === place) return undefined;
    if (!isOfOneRule(other.source, own.source) && coversLine(other.line, own.line, hasRole)) return other;
  }
  return undefined;
}

function isOfOneRule(a: Rule, b: Rule): boolean {
  return a.parameter === b.parameter && a.index === b.index;
}

function keyOf({ parameter, index }: Rule): string {
  return `${parameter} ${index}`;
}
