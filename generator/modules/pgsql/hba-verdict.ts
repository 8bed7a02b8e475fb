import { coversAddress, type HbaLine, type HbaWord, parseHbaLine } from '../../text/hba-line.ts';
import { type HbaContext, hbaLines, type LiveRole } from './hba.ts';
import type { HbaRule } from './schemas.ts';
import type { PgsqlSettings } from './settings.ts';
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
  readonly parameter: keyof PgsqlSettings & `${string}_hba_rules`;
  readonly index: number;
  readonly title: string | undefined;
};

/** Without a line: none matches, which refuses. `method`: what is asked of the client, or `reject`. */
export type HbaVerdict =
  | { readonly method: string; readonly line: string; readonly source: HbaSource }
  | { readonly method: 'reject'; readonly line: undefined };

const PARAMETERS: Record<HbaContext['target'], readonly HbaSource['parameter'][]> = {
  postgres: ['pg_default_hba_rules', 'pg_hba_rules'],
  pgbouncer: ['pgb_default_hba_rules', 'pgb_hba_rules'],
};

/** A line of the rules, and where it comes from. */
export type HbaRecord = { readonly line: string; readonly source: HbaSource };

/** Every line of the rules for a member that has this role now, in order. */
export function hbaRecords(role: LiveRole, context: HbaContext): HbaRecord[] {
  const { settings } = context.member;
  return PARAMETERS[context.target].flatMap((parameter) => {
    const rules: readonly HbaRule[] = settings[parameter];
    return rules.flatMap((rule, index) =>
      hbaLines([rule], context, role).map((line) => ({
        line,
        source: { parameter, index, title: rule.title },
      })),
    );
  });
}

/** Which rule of PostgreSQL or pgbouncer decides on a connection to a member that has this role now. */
export function hbaVerdict(question: HbaQuestion, role: LiveRole, context: HbaContext): HbaVerdict {
  const roles = rolesOf(question.user, context);
  for (const { line, source } of hbaRecords(role, context)) {
    const parsed = parseHbaLine(line);
    if (parsed && matches(parsed, question, roles)) return { method: parsed.method, line, source };
  }
  return { method: 'reject', line: undefined };
}

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

function matches(line: HbaLine, question: HbaQuestion, roles: ReadonlySet<string>): boolean {
  return (
    matchesType(line.type, question) &&
    coversAddress(line.address, question.from === 'local' ? undefined : question.from) &&
    line.databases.some((word) => matchesDatabase(word, question, roles)) &&
    line.users.some((word) => matchesUser(word, question.user, roles))
  );
}

function matchesType(type: string, { from, isTls }: HbaQuestion): boolean {
  if (from === 'local') return type === 'local';
  if (type === 'hostssl') return isTls;
  return type === 'host' || type === 'hostnogssenc' || (type === 'hostnossl' && !isTls);
}

/** PostgreSQL, hba.c, check_db: a physical replication connection matches the keyword and nothing else. */
function matchesDatabase(
  { text, isQuoted }: HbaWord,
  { database, user }: HbaQuestion,
  roles: ReadonlySet<string>,
): boolean {
  if (database === 'replication') return text === 'replication' && !isQuoted;
  if (isQuoted) return text === database;
  if (text === 'all') return true;
  if (text === 'sameuser') return database === user;
  if (text === 'samerole' || text === 'samegroup') return roles.has(database);
  if (text === 'replication') return false;
  return matchesName(text, database);
}

/** PostgreSQL, hba.c, check_role. */
function matchesUser({ text, isQuoted }: HbaWord, user: string, roles: ReadonlySet<string>): boolean {
  if (isQuoted) return text === user;
  if (text === 'all') return true;
  if (text.startsWith('+')) return roles.has(text.slice(1));
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
