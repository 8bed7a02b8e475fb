import type { FilePlan, PlanData, View } from '../../../model/plan.ts';
import type { Site } from '../../../model/site.ts';
import { quoteSqlIdentifier, quoteSqlLiteral } from '../../../text/quote.ts';
import { absentUsers, allUsers, passwordSecret } from '../access/users.ts';
import type { PgsqlMember } from '../members.ts';
import type { Database, EntryState, Extension, User } from '../params/schemas.ts';
import { isPresent } from '../present.ts';
import { declarationNumber, hasRestTls } from '../record.ts';
import type { PgsqlSettings } from '../settings.ts';
import { citusGroup, groupCount } from '../topology/citus.ts';
import { type Baseline, baselineFile, baselines } from './baselines.ts';

const DIRECTORY = 'etc/pgsql';

/** The parts of the script, in units/pgsql/provision/. */
const PARTS = [
  'provision',
  'session',
  'record',
  'users',
  'memberships',
  'settings',
  'databases',
  'contents',
  'removal',
] as const;

/** The script that makes roles and databases as declared, its parts, and what is declared; it may run any number of times. */
export function provisionFiles(member: PgsqlMember, site: Site): FilePlan[] {
  const { settings } = member;
  const first = baselines(member, site.files);
  const file = (name: string, mode: number, source: FilePlan['source']): FilePlan => ({
    path: `${DIRECTORY}/${name}`,
    mode,
    group: settings.pg_dbsu,
    source,
  });
  const template = (name: string, mode: number, view: View) =>
    file(name, mode, { kind: 'template', template: `pgsql/${name}.ejs`, view });
  const isPart = String(citusGroup(member) !== undefined);
  return [
    template('provision.sh', 0o755, scriptView(member, first, site)),
    ...PARTS.map((part) => template(`provision/${part}.py`, 0o644, {})),
    file('provision/declared.yml', 0o640, { kind: 'yaml', data: declaration(member, first, site) }),
    ...(first.length > 0 ? [template('baseline-done.sql', 0o640, { isPart })] : []),
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
    tls: String(hasRestTls(member, site)),
    isPart: String(part !== undefined),
    parts: groupCount(member, site),
    baselines: first.map(({ database, file }) => ({
      database,
      file,
      isSpread: String(database === part?.database),
    })),
  };
}

/** What units/pgsql/provision/ makes true. */
function declaration(member: PgsqlMember, first: readonly Baseline[], site: Site): PlanData {
  const { settings } = member;
  const hasBaseline = new Set(first.map(({ database }) => database));
  return {
    number: declarationNumber(member, site),
    superuser: settings.pg_dbsu,
    replicator: settings.pg_replication_username,
    admin: settings.pg_admin_username,
    poolAsker: settings.pgbouncer_auth_query ? settings.pg_monitor_username : '',
    users: allUsers(settings).map((user) => declaredUser(user, settings)),
    absentUsers: absentUsers(settings).map(({ name }) => name),
    databases: settings.pg_databases.filter(isPresent).map((database) => ({
      ...declaredDatabase(database, settings),
      hasBaseline: hasBaseline.has(database.name),
    })),
    absentDatabases: settings.pg_databases
      .filter((database) => !isPresent(database))
      .map(({ name, drop }) => ({ name, isConfirmed: drop === true })),
    template: {
      isTemplate: true,
      schemas: settings.pg_default_schemas,
      extensions: settings.pg_default_extensions.filter(isPresent).map(declaredExtension),
    },
    connectors: [settings.pg_replication_username, settings.pg_monitor_username],
    privileges: settings.pg_default_privileges,
    grantors: [settings.pg_dbsu, settings.pg_admin_username, 'dbrole_admin'],
  };
}

/** Every flag is set or unset, so that a flag removed from the inventory is revoked; the bootstrap superuser keeps its flags. */
function declaredUser(user: User, settings: PgsqlSettings): PlanData {
  return {
    name: user.name,
    isBootstrap: user.name === settings.pg_dbsu,
    flags: {
      login: user.login ?? true,
      superuser: user.superuser ?? false,
      createdb: user.createdb ?? false,
      createrole: user.createrole ?? false,
      inherit: user.inherit ?? true,
      replication: user.replication ?? false,
      bypassrls: user.bypassrls ?? false,
    },
    connlimit: user.connlimit ?? -1,
    expireInDays: user.expire_in ?? -1,
    expireAt: user.expire_in === undefined ? (user.expire_at ?? '') : '',
    comment: user.comment ?? '',
    roles: user.roles ?? [],
    verifiers: [passwordSecret(user, settings)].filter((secret) => secret !== undefined),
    parameters: declaredSettings(user.parameters),
  };
}

function declaredDatabase(database: Database, settings: PgsqlSettings) {
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
    fixed: fixedProperties(database),
    owner: database.owner ?? settings.pg_dbsu,
    allowconn: database.allowconn ?? true,
    connlimit: database.connlimit ?? -1,
    comment: database.comment ?? '',
    isClosed: database.revokeconn ?? false,
    parameters: declaredSettings(database.parameters),
    content: declaredContent(database),
  };
}

/** What PostgreSQL cannot change after the creation, or only by copying all files. */
function fixedProperties({
  encoding,
  locale,
  lc_collate: collate,
  lc_ctype: ctype,
  tablespace,
}: Database): PlanData {
  const properties = {
    encoding,
    lc_collate: collate ?? locale,
    lc_ctype: ctype ?? locale,
    tablespace,
  };
  return Object.fromEntries(
    Object.entries(properties).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

function declaredContent({ schemas = [], extensions = [] }: Database) {
  const names = (list: readonly { name: string; state?: EntryState | undefined }[], wanted: boolean) =>
    list.filter((one) => isPresent(one) === wanted).map(({ name }) => name);
  return {
    isTemplate: false,
    schemas: names(schemas, true),
    extensions: extensions.filter(isPresent).map(declaredExtension),
    absent: { schema: names(schemas, false), extension: names(extensions, false) },
  };
}

function declaredExtension({ name, schema = '' }: Extension) {
  return { name, schema };
}

/** Settings whose value is a list of names; quotes around the list would make it one name (PostgreSQL manual, ALTER ROLE). */
const LISTS = new Set([
  'search_path',
  'temp_tablespaces',
  'session_preload_libraries',
  'local_preload_libraries',
]);

/** `plain` is the value as PostgreSQL stores it; a list has another form there. */
function declaredSettings(parameters: Readonly<Record<string, unknown>> | undefined) {
  return Object.entries(parameters ?? {}).map(([name, value]) => ({
    name,
    value: settingValue(name, value),
    plain: Array.isArray(value) ? value.join(',') : String(value),
  }));
}

/** A name in double quotes, which may contain commas, or text up to a comma. */
const LIST_ITEM = /\s*"(?:[^"]|"")*"\s*|[^,]+/g;

function unquoted(item: string): string {
  const inside = /^"(.*)"$/s.exec(item.trim())?.[1];
  return inside === undefined ? item.trim() : inside.replaceAll('""', '"');
}

function settingValue(name: string, value: unknown): string {
  const items = Array.isArray(value) ? value.map(String) : [String(value)];
  if (!LISTS.has(name)) return quoteSqlLiteral(items.join(','));
  const names = items.flatMap((item) => item.match(LIST_ITEM) ?? []).map(unquoted);
  return names.map(quoteSqlLiteral).join(', ');
}
