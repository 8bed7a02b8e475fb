import type { FilePlan, PlanData, View } from '../../../model/plan.ts';
import type { Site } from '../../../model/site.ts';
import { quoteSqlIdentifier, quoteSqlLiteral } from '../../../text/quote.ts';
import { allUsers, passwordSecret } from '../access/users.ts';
import type { PgsqlMember } from '../members.ts';
import type { Database, User } from '../params/schemas.ts';
import type { PgsqlSettings } from '../settings.ts';
import { citusGroup, groupCount } from '../topology/citus.ts';
import { type Baseline, baselineFile, baselines } from './baselines.ts';

const DIRECTORY = 'etc/pgsql';

/** SQL that creates what the inventory declares; it may run any number of times. */
export function provisionFiles(member: PgsqlMember, site: Site): FilePlan[] {
  const { settings } = member;
  const first = baselines(member, site.files);
  const file = (name: string, mode: number, template: string, view: View): FilePlan => ({
    path: `${DIRECTORY}/${name}`,
    mode,
    group: settings.pg_dbsu,
    source: { kind: 'template', template: `pgsql/${template}`, view },
  });
  const databases = settings.pg_databases.map((database, index) =>
    file(`database-${index + 1}.sql`, 0o640, 'database.sql.ejs', databaseView(database, settings)),
  );
  return [
    file('provision.sh', 0o755, 'provision.sh.ejs', scriptView(member, first, site)),
    file('roles.sql', 0o640, 'roles.sql.ejs', rolesView(settings)),
    file('template.sql', 0o640, 'template.sql.ejs', templateView(settings)),
    ...(settings.pgbouncer_auth_query
      ? [file('pool-auth.sql', 0o640, 'pool-auth.sql.ejs', { asker: settings.pg_monitor_username })]
      : []),
    file('databases.sql', 0o640, 'databases.sql.ejs', {
      databases: settings.pg_databases.map((database) => ({
        ...databaseDefinition(database, settings),
        hasBaseline: String(first.some((baseline) => baseline.database === database.name)),
      })),
    }),
    ...databases,
    ...(first.length > 0
      ? [
          file('baseline-done.sql', 0o640, 'baseline-done.sql.ejs', {
            isPart: String(citusGroup(member) !== undefined),
          }),
        ]
      : []),
    ...first.map((baseline) => baselineFile(baseline, DIRECTORY, settings.pg_dbsu)),
  ];
}

function scriptView(member: PgsqlMember, first: readonly Baseline[], site: Site): View {
  const { settings, host, instance } = member;
  const part = citusGroup(member);
  return {
    instance,
    address: `${host.ip}:${settings.patroni_port}`,
    socket: settings.pg_localhost.split(',')[0] ?? '',
    port: settings.pg_port,
    user: settings.pg_dbsu,
    tls: String(settings.patroni_ssl_enabled),
    isPart: String(part !== undefined),
    parts: groupCount(member, site),
    poolAsks: String(settings.pgbouncer_auth_query),
    databases: settings.pg_databases.flatMap(({ name, allowconn }, index) =>
      allowconn === false ? [] : [{ name, file: `database-${index + 1}.sql` }],
    ),
    baselines: first.map(({ database, file }) => ({
      database,
      file,
      isSpread: String(database === part?.database),
    })),
  };
}

function rolesView(settings: PgsqlSettings): View {
  const users = allUsers(settings);
  return {
    roles: users.map((user) => roleView(user, settings)),
    declaredRoles: users.map((user) => user.name),
    replicator: settings.pg_replication_username,
    rewindFunctions: [
      'pg_ls_dir(text, boolean, boolean)',
      'pg_stat_file(text, boolean)',
      'pg_read_binary_file(text)',
      'pg_read_binary_file(text, bigint, bigint, boolean)',
    ],
  };
}

/** Every flag is set or unset, so that a flag removed from the inventory is revoked; the bootstrap superuser keeps its flags. */
function roleView(user: User, settings: PgsqlSettings): PlanData {
  const flag = (value: boolean | undefined, fallback = false) => String(value ?? fallback);
  return {
    name: user.name,
    isBootstrap: String(user.name === settings.pg_dbsu),
    login: flag(user.login, true),
    superuser: flag(user.superuser),
    createdb: flag(user.createdb),
    createrole: flag(user.createrole),
    inherit: flag(user.inherit, true),
    replication: flag(user.replication),
    bypassrls: flag(user.bypassrls),
    connlimit: user.connlimit ?? -1,
    expireInDays: user.expire_in ?? -1,
    expireAt: user.expire_in === undefined ? (user.expire_at ?? '') : '',
    comment: user.comment ?? '',
    roles: user.roles ?? [],
    verifiers: [passwordSecret(user, settings)].filter((secret) => secret !== undefined),
    parameters: settingViews(user.parameters),
  };
}

function databaseDefinition(database: Database, settings: PgsqlSettings): View {
  const options: [string, string | undefined][] = [
    ['OWNER', database.owner && quoteSqlIdentifier(database.owner)],
    ['TEMPLATE', database.template && quoteSqlIdentifier(database.template)],
    ['ENCODING', database.encoding && quoteSqlLiteral(database.encoding)],
    ['LOCALE', database.locale && quoteSqlLiteral(database.locale)],
    ['LC_COLLATE', database.lc_collate && quoteSqlLiteral(database.lc_collate)],
    ['LC_CTYPE', database.lc_ctype && quoteSqlLiteral(database.lc_ctype)],
    ['TABLESPACE', database.tablespace && quoteSqlIdentifier(database.tablespace)],
  ];
  const clauses = options.flatMap(([key, value]) => (value ? [` ${key} ${value}`] : []));
  return {
    name: database.name,
    createOptions: clauses.join(''),
    owner: database.owner ?? settings.pg_dbsu,
    allowConnections: String(database.allowconn ?? true),
    connlimit: database.connlimit ?? -1,
    comment: database.comment ?? '',
    isClosed: String(database.revokeconn ?? false),
    connectors: [settings.pg_replication_username, settings.pg_monitor_username],
    grantors: [settings.pg_admin_username, database.owner ?? settings.pg_dbsu],
    parameters: settingViews(database.parameters),
  };
}

/** Content of template1 and postgres, and so of every database that is created from them. */
function templateView(settings: PgsqlSettings): View {
  return {
    schemas: settings.pg_default_schemas,
    extensions: settings.pg_default_extensions.map(({ name, schema }) => ({ name, schema: schema ?? '' })),
    privileges: settings.pg_default_privileges,
    grantors: [settings.pg_dbsu, settings.pg_admin_username, 'dbrole_admin'],
  };
}

function databaseView(database: Database, settings: PgsqlSettings): View {
  return {
    database: database.name,
    schemas: (database.schemas ?? []).map((schema) => (typeof schema === 'string' ? schema : schema.name)),
    extensions: (database.extensions ?? []).map((extension) =>
      typeof extension === 'string'
        ? { name: extension, schema: '' }
        : { name: extension.name, schema: extension.schema ?? '' },
    ),
    privileges: settings.pg_default_privileges,
    grantors: [settings.pg_dbsu, settings.pg_admin_username, 'dbrole_admin'],
  };
}

/** Settings whose value is a list of names; quotes around the list would make it one name (PostgreSQL manual, ALTER ROLE). */
const LISTS = new Set([
  'search_path',
  'temp_tablespaces',
  'session_preload_libraries',
  'local_preload_libraries',
]);

function settingViews(parameters: Readonly<Record<string, unknown>> | undefined): PlanData {
  return Object.entries(parameters ?? {}).map(([name, value]) => ({
    name,
    value: settingValue(name, value),
  }));
}

function settingValue(name: string, value: unknown): string {
  const items = Array.isArray(value) ? value.map(String) : [String(value)];
  if (!LISTS.has(name)) return quoteSqlLiteral(items.join(','));
  const names = items.flatMap((item) => item.split(',')).map((item) => item.trim().replace(/^"(.*)"$/, '$1'));
  return names.map(quoteSqlLiteral).join(', ');
}
