import type { Contribution } from '../../../model/module.ts';
import { exporterWeb } from '../../../model/monitoring.ts';
import type { FilePlan, ModuleImage, PortUse } from '../../../model/plan.ts';
import type { SecretRef } from '../../../model/secret.ts';
import { mergeArguments, splitArguments } from '../../../text/arguments.ts';
import { unitFile, unitPlan } from '../../../text/unit.ts';
import { allUsers, passwordName } from '../access/users.ts';
import { BACKREST_CONFIG } from '../backup/backup.ts';
import type { PgsqlMember } from '../members.ts';
import { backupDirectory, clusterDirectory, outerDirectories, serverBinds } from '../paths.ts';
import { queryFile } from './query-file.ts';
import {
  commonArguments,
  type Login,
  queriesPath,
  SQL_EXPORTER_IMAGE,
  type SqlExporter,
  scopeArguments,
  sqlExporter,
} from './sql-exporter.ts';

/*
 * The exporters of a member: pg_exporter for PostgreSQL and for pgbouncer, with an account of their own and the monitoring
 * user's password; and one for pgBackRest, which reads the repository as PostgreSQL's account (docs/decisions/monitoring.md).
 */
const QUERIES = queriesPath('pg_exporter');
const BACKREST_WEB = 'etc/pgsql/web.yml';

type Exporter = {
  readonly name: 'pg_exporter' | 'pgbouncer_exporter' | 'pgbackrest_exporter';
  readonly port: number;
  /** The parameter of the port. */
  readonly parameter: string;
  readonly path: string;
};

/** Pigsty's path of metrics. */
export const PATH = '/metrics';

/** Those that the parameters switch on. */
export function exportersOf({ settings }: PgsqlMember): readonly Exporter[] {
  const { pgbouncer_exporter_enabled, pgbackrest_exporter_enabled, exporter_metrics_path: path } = settings;
  const all: (Exporter & { readonly isOn: boolean })[] = [
    {
      name: 'pg_exporter',
      port: settings.pg_exporter_port,
      parameter: 'pg_exporter_port',
      path,
      isOn: settings.pg_exporter_enabled,
    },
    {
      name: 'pgbouncer_exporter',
      port: settings.pgbouncer_exporter_port,
      parameter: 'pgbouncer_exporter_port',
      path,
      isOn: settings.pgbouncer_enabled && pgbouncer_exporter_enabled,
    },
    {
      name: 'pgbackrest_exporter',
      port: settings.pgbackrest_exporter_port,
      parameter: 'pgbackrest_exporter_port',
      // Its flag has another name in Debian 14.
      path: PATH,
      isOn: settings.pgbackrest_enabled && pgbackrest_exporter_enabled,
    },
  ];
  return all.filter(({ isOn }) => isOn);
}

export function exporterImages(member: PgsqlMember): ModuleImage[] {
  const { image_platforms: platforms, image_platform: platform } = member.settings;
  const names = exportersOf(member).map(({ name }) => name);
  const backups = 'pgbackrest-exporter';
  const image = { name: backups, recipe: backups, arguments: {}, packages: [] };
  return [
    ...(names.some((name) => name !== 'pgbackrest_exporter') ? [SQL_EXPORTER_IMAGE] : []),
    ...(names.includes('pgbackrest_exporter')
      ? [{ ...image, platform: platforms[backups] ?? platform }]
      : []),
  ];
}

export function exporterPorts(member: PgsqlMember): PortUse[] {
  const { host } = member;
  return exportersOf(member).map(({ name, port, parameter }) => {
    const place = host.parameters.place(parameter);
    return { port, addresses: [host.ip], unit: `${name}.service`, parameter, ...(place && { place }) };
  });
}

export function exporterContribution(member: PgsqlMember): Contribution {
  const parts = exportersOf(member).map(({ name }) => PARTS[name](member));
  return {
    files: parts.flatMap(({ files = [] }) => files),
    units: parts.flatMap(({ units = [] }) => units),
  };
}

const PARTS: { readonly [name in Exporter['name']]: (member: PgsqlMember) => Contribution } = {
  pg_exporter: (member) => memberExporter('pg_exporter', member, serverConnection(member)),
  pgbouncer_exporter: (member) => memberExporter('pgbouncer_exporter', member, poolConnection(member)),
  pgbackrest_exporter: backupExporter,
};

/** An exporter that connects as the monitoring user. */
function memberExporter(
  name: 'pg_exporter' | 'pgbouncer_exporter',
  member: PgsqlMember,
  connection: Connection,
): Contribution {
  const { instance, settings } = member;
  const statements = settings.pg_default_extensions.find((one) => one.name === 'pg_stat_statements');
  const source = queryFile({
    cacheTimes: settings.pg_exporter_cache_ttls,
    statementsIn: statements?.schema || 'public',
  });
  return sqlExporter({
    name,
    title: name === 'pg_exporter' ? `PostgreSQL ${instance}` : `PgBouncer of ${instance}`,
    login: loginOf(settings),
    loginMilliseconds: settings.pg_exporter_connect_timeout,
    ...connection,
    queries: { path: QUERIES, source },
    memory: name === 'pg_exporter' ? '200M' : '100M',
    sockets: '/run/postgresql',
  });
}

type Connection = Pick<SqlExporter, 'url' | 'arguments'>;

function serverConnection({ settings, host }: PgsqlMember): Connection {
  const { pg_exporter_url: url, pg_exporter_params: parameters } = settings;
  const socket = settings.pg_localhost.split(',')[0] ?? '';
  const at = { ip: host.ip, port: settings.pg_exporter_port, path: settings.exporter_metrics_path };
  const own = [...commonArguments({ ...at, queries: QUERIES }), ...scopeArguments(settings)];
  return {
    url: url === '' ? urlOf(settings.pg_port, 'postgres', socket, parameters) : URL_SECRET.pg_exporter,
    arguments: mergeArguments(own, splitArguments(settings.pg_exporter_options)),
  };
}

function poolConnection({ settings, host }: PgsqlMember): Connection {
  const socket = settings.pg_localhost.split(',')[0] ?? '';
  const at = { ip: host.ip, port: settings.pgbouncer_exporter_port, path: settings.exporter_metrics_path };
  const own = [
    ...commonArguments({ ...at, queries: QUERIES }),
    '--no-auto-discovery',
    `--connect-timeout=${settings.pg_exporter_connect_timeout}`,
  ];
  const url = settings.pgbouncer_exporter_url;
  return {
    url:
      url === ''
        ? urlOf(settings.pgbouncer_port, 'pgbouncer', socket, 'sslmode=disable')
        : URL_SECRET.pgbouncer_exporter,
    arguments: mergeArguments(own, splitArguments(settings.pgbouncer_exporter_options)),
  };
}

const URL_SECRET = {
  pg_exporter: { $secret: 'pg_exporter_url', as: 'plain' },
  pgbouncer_exporter: { $secret: 'pgbouncer_exporter_url', as: 'plain' },
} as const satisfies Record<string, SecretRef>;

/** Through the socket, whatever the parameters say of the host: those of the inventory come first. */
function urlOf(port: number, database: string, socket: string, parameters: string): string {
  const all = [...parameters.split('&').filter((one) => one !== ''), `host=${socket}`];
  return `postgres://:${port}/${database}?${all.join('&')}`;
}

function loginOf(settings: PgsqlMember['settings']): Login {
  const { pg_monitor_username: name } = settings;
  const user = allUsers(settings).find((one) => one.name === name);
  const secret = user && passwordName(user, settings);
  return { user: name, password: secret === undefined ? '' : { $secret: secret, as: 'plain' } };
}

/** It runs `pgbackrest info` now and then, with the configuration and the rights of PostgreSQL's account. */
function backupExporter(member: PgsqlMember): Contribution {
  const { settings, host, cluster } = member;
  const unit = 'pgbackrest_exporter.service';
  const script = 'etc/pgsql/pgbackrest-exporter.sh';
  const own = [
    `--web.listen-address=${host.ip}:${settings.pgbackrest_exporter_port}`,
    `--web.config.file=/etc/pigsty/current/${BACKREST_WEB}`,
    `--backrest.stanza-include=${cluster}`,
    '--collect.interval=120',
    '--log.level=warn',
  ];
  const view = { arguments: mergeArguments(own, splitArguments(settings.pgbackrest_exporter_options)) };
  const file = (path: string, source: FilePlan['source']): FilePlan => {
    return { path, mode: 0o644, group: settings.pg_dbsu, source };
  };
  return {
    files: [
      file(BACKREST_WEB, { kind: 'yaml', data: exporterWeb('/etc/pigsty/current/etc/pgsql') }),
      file(script, { kind: 'template', template: 'pgsql/pgbackrest-exporter.sh.ejs', view }),
      unitFile(unit, 'pgsql/pgbackrest_exporter.service.ejs', {
        root: { $image: 'pgbackrest-exporter' },
        user: settings.pg_dbsu,
        cluster,
        script: `/etc/pigsty/current/${script}`,
        binds: serverBinds(member).join(' '),
        mounts: [clusterDirectory(member), backupDirectory(member), ...outerDirectories(member)].join(' '),
      }),
    ],
    units: [unitPlan(unit, { image: 'pgbackrest-exporter', restartOn: [script, BACKREST_CONFIG] })],
  };
}
