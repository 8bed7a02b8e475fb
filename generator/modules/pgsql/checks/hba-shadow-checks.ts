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
  const files = servers.flatMap((context) => LIVE_ROLES.map((role) => readRecords(context, role)));
  const found = own.flatMap((_, index): (readonly [number, Diagnostic])[] => {
    const covers = files.flatMap((file) => coversOf(file, { parameter, index }, hasRole));
    const [first] = covers;
    if (!first?.by || covers.some(({ by }) => by === undefined)) return [];
    const { own: late, by: early } = first;
    // A rule with the same result is only redundant.
    if (late.line.method === early.line.method && late.line.type === early.line.type) return [];
    const words = { line: showRecord(late.record), other: showRecord(early.record) };
    return [[index, rules.shadowed.at(member.host.parameters.place(parameter, [index]), words)]];
  });
  return new Map(found);
}

type ReadRecord = { readonly line: HbaLine; readonly record: HbaRecord; readonly source: HbaSource };

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

/** Each line of a rule, and the first earlier line of another rule that matches all its connections. */
function coversOf(
  file: readonly ReadRecord[],
  { parameter, index }: Pick<HbaSource, 'parameter' | 'index'>,
  hasRole: HasRole,
): { own: ReadRecord; by: ReadRecord | undefined }[] {
  const isOwn = ({ source }: ReadRecord) => source.parameter === parameter && source.index === index;
  return file.flatMap((own, number) => {
    if (!isOwn(own)) return [];
    const earlier = file.slice(0, number);
    return [{ own, by: earlier.find((other) => !isOwn(other) && coversLine(other.line, own.line, hasRole)) }];
  });
}
