import { coversAddress, type HbaLine, type HbaWord, parseHbaLine } from '../../../text/hba-line.ts';
import type { HbaRule } from '../params/schemas.ts';
import type { PgsqlSettings } from '../settings.ts';
import { citusRules } from '../topology/citus.ts';
import { type HbaContext, holds, type LiveRole, ruleLines } from './hba.ts';
import { allUsers } from './users.ts';

/** Who asks for a connection. */
export type HbaQuestion = {
  readonly user: string;
  /** `replication` asks for physical replication. */
  readonly database: string;
  /** An IPv4 address, or `local` for the Unix socket. */
  readonly from: string;
  readonly isTls: boolean;
};

/** The rule that decides, as it stands in the inventory. */
export type HbaSource = {
  readonly parameter: (keyof PgsqlSettings & `${string}_hba_rules`) | 'pg_shard';
  /** In the list; undefined for what Citus needs, which no list says. */
  readonly index: number | undefined;
  readonly title: string | undefined;
};

/** Without a line: none matches, which refuses. `method`: what is asked of the client, or `reject`. */
export type HbaVerdict =
  | { readonly method: string; readonly line: string; readonly source: HbaSource }
  | { readonly method: 'reject'; readonly line: undefined };

const PARAMETERS: Record<HbaContext['target'], readonly Exclude<HbaSource['parameter'], 'pg_shard'>[]> = {
  postgres: ['pg_default_hba_rules', 'pg_hba_rules'],
  pgbouncer: ['pgb_default_hba_rules', 'pgb_hba_rules'],
};

/** A line of the rules, as it is read (undefined: a comment), and where it comes from. */
export type HbaRecord = {
  readonly line: string;
  readonly parsed: HbaLine | undefined;
  readonly source: HbaSource;
};

/** Every line of the rules for a member that has this role now, in order; read as far as somebody asks. */
export function* hbaRecords(role: LiveRole, context: HbaContext): Generator<HbaRecord> {
  const { member, target, otherParts } = context;
  for (const rule of target === 'postgres' ? citusRules(member, otherParts) : []) {
    const source = { parameter: 'pg_shard', index: undefined, title: rule.title } as const;
    for (const { line, parsed } of readLines(rule, context)) yield { line, parsed, source };
  }
  for (const parameter of PARAMETERS[target]) {
    const rules: readonly HbaRule[] = member.settings[parameter];
    for (const [index, rule] of rules.entries()) {
      if (!holds(rule, member, role)) continue;
      const source = { parameter, index, title: rule.title };
      for (const { line, parsed } of readLines(rule, context)) yield { line, parsed, source };
    }
  }
}

type ReadLine = Pick<HbaRecord, 'line' | 'parsed'>;

/** The default rules are the same objects for every host, and mostly become the same lines. */
const known = new WeakMap<HbaRule, Map<string, readonly ReadLine[]>>();

function readLines(rule: HbaRule, context: HbaContext): readonly ReadLine[] {
  const read = () => ruleLines(rule, context).map((line) => ({ line, parsed: parseHbaLine(line) }));
  if (rule.addr === 'cluster') return read();
  const { settings } = context.member;
  const key = [
    context.target,
    settings.pg_dbsu,
    settings.pg_replication_username,
    settings.pg_monitor_username,
    settings.pg_admin_username,
    settings.pg_pwd_enc,
    rule.addr === 'admin' ? settings.admin_ip : '',
    rule.addr === 'infra' ? context.infraIps.join() : '',
  ].join('\0');
  const byKey = known.get(rule) ?? new Map<string, readonly ReadLine[]>();
  const lines = byKey.get(key) ?? read();
  known.set(rule, byKey.set(key, lines));
  return lines;
}

/** Which rule of PostgreSQL or pgbouncer decides on a connection to a member that has this role now. */
export function hbaVerdict(question: HbaQuestion, role: LiveRole, context: HbaContext): HbaVerdict {
  let found: ReadonlySet<string> | undefined;
  const isIn: IsIn = (name) => {
    found ??= rolesOf(question.user, context);
    return found.has(name);
  };
  for (const { line, parsed, source } of hbaRecords(role, context)) {
    if (parsed && matches(parsed, question, isIn)) return { method: parsed.method, line, source };
  }
  return { method: 'reject', line: undefined };
}

/** Whether the user of a question has a role. */
type IsIn = (role: string) => boolean;

/** The user and every role that it is a member of, directly or not; none for pgbouncer, which knows no roles. */
export function rolesOf(user: string, { target, member }: HbaContext): ReadonlySet<string> {
  const found = new Set<string>();
  if (target === 'pgbouncer') return found;
  const direct = new Map(allUsers(member.settings).map(({ name, roles }) => [name, roles ?? []]));
  const add = (name: string): void => {
    if (found.has(name)) return;
    found.add(name);
    for (const role of direct.get(name) ?? []) add(role);
  };
  if (direct.has(user)) add(user);
  return found;
}

/** Addresses are read anew each time: they come last but for users, whose roles cost more. */
function matches(line: HbaLine, question: HbaQuestion, isIn: IsIn): boolean {
  return (
    matchesType(line.type, question) &&
    line.databases.some((word) => matchesDatabase(word, question, isIn)) &&
    coversAddress(line.address, question.from === 'local' ? undefined : question.from) &&
    line.users.some((word) => matchesUser(word, question.user, isIn))
  );
}

function matchesType(type: string, { from, isTls }: HbaQuestion): boolean {
  if (from === 'local') return type === 'local';
  if (type === 'hostssl') return isTls;
  return type === 'host' || type === 'hostnogssenc' || (type === 'hostnossl' && !isTls);
}

/** PostgreSQL, hba.c, check_db: a physical replication connection matches the keyword and nothing else. */
function matchesDatabase({ text, isQuoted }: HbaWord, { database, user }: HbaQuestion, isIn: IsIn): boolean {
  if (database === 'replication') return text === 'replication' && !isQuoted;
  if (isQuoted) return text === database;
  if (text === 'all') return true;
  if (text === 'sameuser') return database === user;
  if (text === 'samerole' || text === 'samegroup') return isIn(database);
  if (text === 'replication') return false;
  return matchesName(text, database);
}

/** PostgreSQL, hba.c, check_role. */
function matchesUser({ text, isQuoted }: HbaWord, user: string, isIn: IsIn): boolean {
  if (isQuoted) return text === user;
  if (text === 'all') return true;
  if (text.startsWith('+')) return isIn(text.slice(1));
  return matchesName(text, user);
}

/** A name that begins with a slash is a regular expression (PostgreSQL 16 and newer). */
function matchesName(text: string, name: string): boolean {
  if (!text.startsWith('/')) return text === name;
  try {
    return new RegExp(text.slice(1)).test(name);
  } catch {
    return false;
  }
}
