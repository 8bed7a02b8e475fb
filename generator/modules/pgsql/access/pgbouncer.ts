import type { FilePlan, FileSource } from '../../../model/plan.ts';
import { quoteConnection } from '../../../text/quote.ts';
import { listenAddresses } from '../ha/listen.ts';
import type { PgsqlMember } from '../members.ts';
import type { Database, User } from '../params/schemas.ts';
import { isPresent } from '../present.ts';
import type { PgsqlSettings } from '../settings.ts';
import { ROLE_LINK } from './hba/print.ts';
import { POOL_HBA } from './rule-files.ts';
import { allUsers, passwordName, passwordSecret } from './users.ts';

const DIRECTORY = 'etc/pgbouncer';
export const PGBOUNCER_FILES = {
  main: `${DIRECTORY}/pgbouncer.ini`,
  databases: `${DIRECTORY}/database.txt`,
  users: `${DIRECTORY}/useropts.txt`,
  passwords: `${DIRECTORY}/userlist.txt`,
} as const;

/** The four files of one member's pgbouncer; a reload applies all changes, except addresses and port, which its unit names too. */
export function pgbouncerFiles(member: PgsqlMember): FilePlan[] {
  const { settings } = member;
  const { pg_dbsu: group } = settings;
  const file = (path: string, mode: number, source: FileSource): FilePlan => {
    return { path, mode, group, source };
  };
  const users = pooledUsers(settings);
  return [
    file(PGBOUNCER_FILES.main, 0o644, { kind: 'ini', sections: mainSections(member) }),
    file(PGBOUNCER_FILES.databases, 0o644, {
      kind: 'text',
      lines: pooledDatabases(settings).map((d) => databaseLine(d, settings)),
    }),
    file(PGBOUNCER_FILES.users, 0o644, { kind: 'text', lines: users.flatMap(userOptions) }),
    file(PGBOUNCER_FILES.passwords, 0o640, {
      kind: 'template',
      template: 'pgsql/userlist.txt.ejs',
      view: userlist(settings, users),
    }),
  ];
}

function pooledUsers(settings: PgsqlSettings): User[] {
  return allUsers(settings).filter((user) => user.pgbouncer === true && user.login !== false);
}

/** Whether pgbouncer knows a user; with an auth query it asks PostgreSQL. */
export function isPooledUser(user: string, settings: PgsqlSettings): boolean {
  if (settings.pgbouncer_auth_query || user === settings.pg_dbsu) return true;
  return pooledUsers(settings).some(({ name }) => name === user);
}

/** The databases of the inventory that pgbouncer serves. */
export function declaredPools(settings: PgsqlSettings): Database[] {
  return settings.pg_databases.filter(
    (one) => isPresent(one) && one.pgbouncer !== false && poolNameProblem(one.name) === undefined,
  );
}

function pooledDatabases(settings: PgsqlSettings): Database[] {
  const declared = declaredPools(settings);
  return declared.some(({ name }) => name === 'postgres') ? declared : [{ name: 'postgres' }, ...declared];
}

/** pgbouncer's defaults for a database, in connections to PostgreSQL. */
const DEFAULT_POOL = { size: 32, reserve: 32, database: 100 };

/** The maximum size of the pool of one user of a database, with the reserve. */
export function largestPool(database: Database): number {
  const reserve = database.pool_size_reserve ?? database.pool_reserve ?? DEFAULT_POOL.reserve;
  const limit = database.pool_max_db_conn ?? database.pool_connlimit ?? DEFAULT_POOL.database;
  const wanted = (database.pool_size ?? DEFAULT_POOL.size) + reserve;
  // 0 means no limit (pgbouncer manual, max_db_connections).
  return limit === 0 ? wanted : Math.min(wanted, limit);
}

/** Keys of pgbouncer's configuration have no quoting (its parser accepts letters, digits and `_.-` only). */
export function isPoolKey(name: string): boolean {
  return /^[A-Za-z0-9_.-]+$/.test(name);
}

/** MAX_DBNAME of pgbouncer, without the final zero; PostgreSQL cuts longer names. */
const MAX_NAME_BYTES = 63;

/** Why a database cannot be in the pool: pgbouncer does not start with such a name. Undefined if it can. */
export function poolNameProblem(name: string): string | undefined {
  if (!isPoolKey(name)) return 'its name is not allowed in pgbouncer.ini';
  if (name === 'pgbouncer') return "its name is that of pgbouncer's admin console";
  return name.length > MAX_NAME_BYTES ? `its name is longer than ${MAX_NAME_BYTES} bytes` : undefined;
}

function databaseLine(database: Database, settings: PgsqlSettings): string {
  const options: [string, string | number | undefined][] = [
    ['host', settings.pg_localhost.split(',')[0]],
    ['port', settings.pg_port],
    ['auth_user', database.pool_auth_user],
    ['pool_mode', database.pool_mode],
    ['pool_size', database.pool_size],
    ['min_pool_size', database.pool_size_min],
    ['reserve_pool', database.pool_size_reserve ?? database.pool_reserve],
    ['max_db_connections', database.pool_max_db_conn ?? database.pool_connlimit],
  ];
  const given = options.filter(([, value]) => value !== undefined);
  const text = given.map(([key, value]) => `${key}=${quoteConnection(String(value))}`).join(' ');
  return `${database.name} = ${text}`;
}

function userOptions(user: User): string[] {
  const options = [
    user.pool_mode && `pool_mode=${user.pool_mode}`,
    user.pool_connlimit !== undefined &&
      user.pool_connlimit >= 0 &&
      `max_user_connections=${user.pool_connlimit}`,
  ].filter((option) => typeof option === 'string' && option !== '');
  return options.length > 0 && isPoolKey(user.name) ? [`${user.name} = ${options.join(' ')}`] : [];
}

/**
 * View of units/pgsql/userlist.txt.ejs: verifiers equal to those in PostgreSQL, so that pgbouncer can connect as the client's
 * user. The auth_query user has its password in plain text, because pgbouncer connects as this user before any client does.
 */
function userlist(settings: PgsqlSettings, users: readonly User[]) {
  const { pg_monitor_username: authUser } = settings;
  const known = users
    .filter(({ name }) => name !== settings.pg_dbsu && !(settings.pgbouncer_auth_query && name === authUser))
    .map((user) => ({ user, secret: passwordSecret(user, settings) }));
  const rows = known.flatMap(({ user, secret }) => (secret ? [{ name: user.name, verifier: secret }] : []));
  return {
    superuser: settings.pg_dbsu,
    users: settings.pgbouncer_auth_query ? [...authUserRow(settings), ...rows] : rows,
  };
}

function authUserRow(settings: PgsqlSettings) {
  const authUser = allUsers(settings).find(({ name }) => name === settings.pg_monitor_username);
  const secret = authUser && passwordName(authUser, settings);
  return authUser && secret !== undefined
    ? [{ name: authUser.name, verifier: { $secret: secret, as: 'plain' } as const }]
    : [];
}

/** The function is in one database, so that older databases need no function. */
function authQuery(settings: PgsqlSettings): [string, string][] {
  if (!settings.pgbouncer_auth_query) return [];
  return [
    ['auth_user', settings.pg_monitor_username],
    ['auth_query', 'SELECT username, password FROM monitor.pgbouncer_auth($1)'],
    ['auth_dbname', 'postgres'],
  ];
}

function mainSections(member: PgsqlMember) {
  const { settings } = member;
  const path = (file: string) => `/etc/pigsty/current/${file}`;
  const certificates = '/etc/pigsty/current/etc/pgsql';
  const entries: (readonly [string, string | number])[] = [
    ['pool_mode', settings.pgbouncer_poolmode],
    ['listen_addr', listenAddresses(member).join(',')],
    ['listen_port', settings.pgbouncer_port],
    ['unix_socket_dir', settings.pg_localhost.split(',')[0] ?? settings.pg_localhost],
    ['auth_type', 'hba'],
    ['auth_file', path(PGBOUNCER_FILES.passwords)],
    ['auth_hba_file', `${ROLE_LINK}/${POOL_HBA}`],
    ...authQuery(settings),
    ['admin_users', `${settings.pg_dbsu}, ${settings.pg_admin_username}`],
    ['stats_users', `${settings.pg_dbsu}, ${settings.pg_monitor_username}`],
    ['server_reset_query', ''],
    ['logfile', `${settings.pgbouncer_log_dir}/pgbouncer.log`],
    ['application_name_add_host', 1],
    ['max_client_conn', 20_000],
    ['min_pool_size', 0],
    ['default_pool_size', DEFAULT_POOL.size],
    ['reserve_pool_size', DEFAULT_POOL.reserve],
    ['reserve_pool_timeout', 1],
    ['max_db_connections', DEFAULT_POOL.database],
    ['max_user_connections', 100],
    // The default is 15 s after a failed login: longer than most failovers.
    ['server_login_retry', 1],
    ['server_round_robin', 0],
    ['log_connections', 0],
    ['log_disconnections', 0],
    ['ignore_startup_parameters', settings.pgbouncer_ignore_param.join(', ')],
    ['client_tls_sslmode', settings.pgbouncer_sslmode],
    ['client_tls_cert_file', `${certificates}/server.crt`],
    ['client_tls_key_file', `${certificates}/server.key`],
    ['client_tls_ca_file', `${certificates}/ca.crt`],
  ];
  return [
    { name: 'databases', entries: [`%include ${path(PGBOUNCER_FILES.databases)}`] },
    { name: 'users', entries: [`%include ${path(PGBOUNCER_FILES.users)}`] },
    { name: 'pgbouncer', entries },
  ];
}
