import type { Contribution } from '../../../model/module.ts';
import { EXPORTER, EXPORTER_WEB, exporterWeb } from '../../../model/monitoring.ts';
import type { FilePlan, ModuleImage, PortUse, View } from '../../../model/plan.ts';
import type { SecretRef } from '../../../model/secret.ts';
import { mergeArguments, splitArguments } from '../../../text/arguments.ts';
import { unitFile, unitPlan } from '../../../text/unit.ts';
import { allUsers, passwordName } from '../access/users.ts';
import { BACKREST_CONFIG } from '../backup/backup.ts';
import type { PgsqlMember } from '../members.ts';
import { backupDirectory, clusterDirectory, outerDirectories, serverBinds } from '../paths.ts';
import { queryFile } from './query-file.ts';

/*
 * The exporters of a member: pg_exporter for PostgreSQL and for pgbouncer, with an account of their own and the monitoring
 * user's password; and one for pgBackRest, which reads the repository as PostgreSQL's account (docs/decisions/monitoring.md).
 */
const DIRECTORY = 'etc/pg_exporter';
const QUERIES = `${DIRECTORY}/pg_exporter.yml`;
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
  const image = (name: string): ModuleImage => ({ name, recipe: name, arguments: {}, packages: [] });
  // It runs pgBackRest, as PostgreSQL's image does.
  const on = platforms['pgbackrest-exporter'] ?? platform;
  return [
    ...(names.some((name) => name !== 'pgbackrest_exporter') ? [image('pg-exporter')] : []),
    ...(names.includes('pgbackrest_exporter') ? [{ ...image('pgbackrest-exporter'), platform: on }] : []),
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
  pg_exporter: (member) => sqlExporter('pg_exporter', member, serverView(member)),
  pgbouncer_exporter: (member) => sqlExporter('pgbouncer_exporter', member, poolView(member)),
  pgbackrest_exporter: backupExporter,
};

/** An exporter that connects as the monitoring user: its queries, its start script, which has the password, and its unit. */
function sqlExporter(
  name: 'pg_exporter' | 'pgbouncer_exporter',
  member: PgsqlMember,
  view: View,
): Contribution {
  const unit = `${name}.service`;
  const script = `${DIRECTORY}/${name}.sh`;
  const group = EXPORTER.name;
  const source = { kind: 'template', template: 'pgsql/pg-exporter.sh.ejs', view } as const;
  const { instance, settings } = member;
  const statements = settings.pg_default_extensions.find((one) => one.name === 'pg_stat_statements');
  const queries = queryFile({
    cacheTimes: settings.pg_exporter_cache_ttls,
    statementsIn: statements?.schema || 'public',
  });
  return {
    files: [
      { path: QUERIES, mode: 0o644, group, source: queries },
      { path: script, mode: 0o640, group, source },
      unitFile(unit, 'pgsql/pg-exporter.service.ejs', {
        root: { $image: 'pg-exporter' },
        user: EXPORTER.name,
        title: name === 'pg_exporter' ? `PostgreSQL ${instance}` : `PgBouncer of ${instance}`,
        script: `/etc/pigsty/current/${script}`,
        memory: name === 'pg_exporter' ? '200M' : '100M',
      }),
    ],
    units: [unitPlan(unit, { image: 'pg-exporter', restartOn: [QUERIES, script] })],
  };
}

function serverView({ settings, host }: PgsqlMember): View {
  const { pg_exporter_url: url, pg_exporter_params: parameters } = settings;
  const socket = settings.pg_localhost.split(',')[0] ?? '';
  const own = [
    ...commonArguments(host.ip, settings.pg_exporter_port, settings.exporter_metrics_path),
    `--${settings.pg_exporter_auto_discovery ? '' : 'no-'}auto-discovery`,
    `--exclude-database=${settings.pg_exporter_exclude_database}`,
    `--include-database=${settings.pg_exporter_include_database}`,
    `--connect-timeout=${settings.pg_exporter_connect_timeout}`,
  ];
  return {
    ...loginView(settings),
    url: url === '' ? urlOf(settings.pg_port, 'postgres', socket, parameters) : URL_SECRET.pg_exporter,
    arguments: mergeArguments(own, splitArguments(settings.pg_exporter_options)),
  };
}

function poolView({ settings, host }: PgsqlMember): View {
  const socket = settings.pg_localhost.split(',')[0] ?? '';
  const own = [
    ...commonArguments(host.ip, settings.pgbouncer_exporter_port, settings.exporter_metrics_path),
    '--no-auto-discovery',
    `--connect-timeout=${settings.pg_exporter_connect_timeout}`,
  ];
  const url = settings.pgbouncer_exporter_url;
  return {
    ...loginView(settings),
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

function loginView(settings: PgsqlMember['settings']): { user: string; password: string | SecretRef } {
  const { pg_monitor_username: name } = settings;
  const user = allUsers(settings).find((one) => one.name === name);
  const secret = user && passwordName(user, settings);
  return { user: name, password: secret === undefined ? '' : { $secret: secret, as: 'plain' } };
}

function commonArguments(ip: string, port: number, path: string): string[] {
  return [
    `--web.listen-address=${ip}:${port}`,
    `--web.config.file=${EXPORTER_WEB}`,
    `--web.telemetry-path=${path}`,
    `--config=/etc/pigsty/current/${QUERIES}`,
    '--log.level=warn',
  ];
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
