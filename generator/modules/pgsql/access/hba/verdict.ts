import { isOfServer } from '../../../../text/hba-address.ts';
import type { HbaLine, HbaWord } from '../../../../text/hba-line.ts';
import { allUsers } from '../users.ts';
import type { HbaContext, LiveRole } from './context.ts';
import { coversAddress } from './covers.ts';
import { groupsInRole, type HbaSource } from './groups.ts';
import type { HbaRecord } from './records.ts';

/** A connection of a client. */
export type HbaQuestion = {
  readonly user: string;
  /** `replication` means physical replication. */
  readonly database: string;
  /** An IPv4 address, or `local` for the Unix socket. */
  readonly from: string;
  readonly isTls: boolean;
};

/**
 * Without a record, no rule matches and the connection is rejected. `method`: the authentication method, or `reject`.
 * `unless`: an earlier record that matches if the server finds the client's address among its networks or by a host name.
 */
export type HbaVerdict = { readonly unless?: HbaRecord } & (
  | { readonly method: string; readonly record: HbaRecord; readonly source: HbaSource }
  | { readonly method: 'reject'; readonly record: undefined }
);

/** The rule of PostgreSQL or pgbouncer that matches a connection to a member with this current role. */
export function hbaVerdict(question: HbaQuestion, role: LiveRole, context: HbaContext): HbaVerdict {
  let found: ReadonlySet<string> | undefined;
  const isMemberOf: IsMemberOf = (name) => {
    found ??= rolesOf(question.user, context);
    return found.has(name);
  };
  let unless: HbaRecord | undefined;
  for (const { records, source } of groupsInRole(context, role)) {
    for (const record of records) {
      if (!record.line) continue;
      if (matches(record.line, question, isMemberOf))
        return { method: record.line.method, record, source, ...(unless && { unless }) };
      if (mayMatch(record.line, question, isMemberOf)) unless ??= record;
    }
  }
  return { method: 'reject', record: undefined, ...(unless && { unless }) };
}

/** Whether the user of a connection has a role. */
type IsMemberOf = (role: string) => boolean;

/** The user and every role that it is a member of, directly or not; none for pgbouncer, which has no roles. */
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

function mayMatch(line: HbaLine, question: HbaQuestion, isMemberOf: IsMemberOf): boolean {
  if (question.from === 'local' || line.address === undefined || !isOfServer(line.address)) return false;
  return matches({ ...line, address: 'all' }, question, isMemberOf);
}

/** In order of cost: addresses are parsed each time, and roles of users cost most. */
function matches(line: HbaLine, question: HbaQuestion, isMemberOf: IsMemberOf): boolean {
  return (
    matchesType(line.type, question) &&
    line.databases.some((word) => matchesDatabase(word, question, isMemberOf)) &&
    coversAddress(line.address, question.from === 'local' ? undefined : question.from) &&
    line.users.some((word) => matchesUser(word, question.user, isMemberOf))
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
  isMemberOf: IsMemberOf,
): boolean {
  if (database === 'replication') return text === 'replication' && !isQuoted;
  if (isQuoted) return text === database;
  if (text === 'all') return true;
  if (text === 'sameuser') return database === user;
  if (text === 'samerole' || text === 'samegroup') return isMemberOf(database);
  if (text === 'replication') return false;
  return matchesName(text, database);
}

/** Whether a word of a rule means a user (PostgreSQL, hba.c, check_role). */
export function matchesUser({ text, isQuoted }: HbaWord, user: string, isMemberOf: IsMemberOf): boolean {
  if (isQuoted) return text === user;
  if (text === 'all') return true;
  if (text.startsWith('+')) return isMemberOf(text.slice(1));
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
