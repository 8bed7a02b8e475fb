import type { Site } from '../../../model/site.ts';
import { nearestName } from '../../../text/nearest.ts';
import type { HbaQuestion } from '../access/hba/verdict.ts';
import { declaredPools, isPooledUser } from '../access/pgbouncer.ts';
import { absentUsers, allUsers } from '../access/users.ts';
import type { PgsqlMember } from '../members.ts';
import { knownNames } from './known-names.ts';

/** The databases of every cluster (initdb). */
const OF_INITDB = ['postgres', 'template0', 'template1'];

type Names = Pick<HbaQuestion, 'user' | 'database'>;

/**
 * What stands against a connection that a rule lets in: a user or database that the inventory does not have, or that
 * pgbouncer does not.
 */
export function accountNotes(question: Names, member: PgsqlMember, site: Site): string[] {
  const { user, database } = question;
  const known = knownNames(member, site);
  const databases = [...OF_INITDB, ...known.databases];
  return [
    ...userNotes(user, member, known.roles),
    ...(database === 'replication' || database === 'pgbouncer' || databases.includes(database)
      ? []
      : [unknown('database', database, databases)]),
    ...poolNotes(question, member),
  ];
}

function userNotes(user: string, { settings }: PgsqlMember, roles: ReadonlySet<string>): string[] {
  const absent = absentUsers(settings).some(({ name }) => name === user);
  if (absent) return [`user ${user} has \`state: absent\`: it does not exist`];
  if (!roles.has(user)) return [unknown('user', user, [...roles])];
  const declared = allUsers(settings).find(({ name }) => name === user);
  return declared?.login === false ? [`user ${user} has \`login: false\`: it cannot log in`] : [];
}

function unknown(what: string, name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  const hint = nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
  return `${what} ${name} is not in the inventory${hint}: unless it is created otherwise, the connection fails`;
}

function poolNotes({ user, database }: Names, { settings }: PgsqlMember): string[] {
  if (!settings.pgbouncer_enabled) return ['pgbouncer is disabled (`pgbouncer_enabled: false`)'];
  const isUser = isPooledUser(user, settings);
  const isServed =
    ['postgres', 'pgbouncer', 'replication'].includes(database) ||
    declaredPools(settings).some(({ name }) => name === database);
  return [
    ...(isUser
      ? []
      : [`pgbouncer rejects user ${user}, whatever its rules say: set \`pgbouncer: true\` for it`]),
    ...(isServed ? [] : [`pgbouncer does not serve database ${database}`]),
    ...(database === 'replication' ? ['pgbouncer does not serve replication'] : []),
  ];
}
