import type { Contribution } from '../../../model/module.ts';
import { EXPORTER, EXPORTER_WEB } from '../../../model/monitoring.ts';
import type { FileSource, LogLabels, ModuleImage } from '../../../model/plan.ts';
import type { SecretRef } from '../../../model/secret.ts';
import type { Settings } from '../../../model/settings.ts';
import { unitFile, unitPlan } from '../../../text/unit.ts';

/*
 * A pg_exporter: of a member, of its pgbouncer, or of a server outside the site. It has an account of its own, and its login in
 * a start script that this account alone reads.
 */
const DIRECTORY = 'etc/pg_exporter';
const IMAGE = 'pg-exporter';

export type SqlExporter = {
  /** The unit and the start script have this name. */
  readonly name: string;
  readonly title: string;
  readonly login: Login;
  /** The exporter's own limit does not hold while it logs in: a server that hangs would hang it too. */
  readonly loginMilliseconds: number;
  /** `postgres://…` without a password, or the secret that has all of it. */
  readonly url: string | SecretRef;
  readonly arguments: readonly string[];
  readonly queries: { readonly path: string; readonly source: FileSource };
  readonly memory: string;
  /** The directory of the server's socket; empty if it connects by TCP. */
  readonly sockets: string;
  /** What its lines in the journal have; those of its module if absent. */
  readonly labels?: LogLabels;
};

export type Login = { readonly user: string; readonly password: string | SecretRef };

/** The path of a file of queries in the generation. */
export function queriesPath(name: string): string {
  return `${DIRECTORY}/${name}.yml`;
}

/** Its package is on the base of all other images (docs/decisions/monitoring.md). */
export const SQL_EXPORTER_IMAGE: ModuleImage = { name: IMAGE, recipe: IMAGE, arguments: {}, packages: [] };

/** Its queries, its start script and its unit. */
export function sqlExporter(exporter: SqlExporter): Contribution {
  const { name, login, queries, labels } = exporter;
  const unit = `${name}.service`;
  const script = `${DIRECTORY}/${name}.sh`;
  const group = EXPORTER.name;
  const view = {
    ...login,
    seconds: Math.ceil(exporter.loginMilliseconds / 1000),
    url: exporter.url,
    arguments: exporter.arguments,
  };
  const service = unitFile(unit, 'pgsql/pg-exporter.service.ejs', {
    root: { $image: IMAGE },
    user: EXPORTER.name,
    title: exporter.title,
    script: `/etc/pigsty/current/${script}`,
    memory: exporter.memory,
    sockets: exporter.sockets,
  });
  return {
    files: [
      { path: queries.path, mode: 0o644, group, source: queries.source },
      {
        path: script,
        mode: 0o640,
        group,
        source: { kind: 'template', template: 'pgsql/pg-exporter.sh.ejs', view },
      },
      labels === undefined ? service : { ...service, labels },
    ],
    units: [unitPlan(unit, { image: IMAGE, restartOn: [queries.path, script] })],
  };
}

/** What every pg_exporter is told: where it listens, with TLS, and its queries. */
export function commonArguments(at: { ip: string; port: number; path: string; queries: string }): string[] {
  return [
    `--web.listen-address=${at.ip}:${at.port}`,
    `--web.config.file=${EXPORTER_WEB}`,
    `--web.telemetry-path=${at.path}`,
    `--config=/etc/pigsty/current/${at.queries}`,
    '--log.level=warn',
  ];
}

/** The parameters of which databases it looks at. */
export type Scope = Pick<
  Settings,
  | 'pg_exporter_auto_discovery'
  | 'pg_exporter_exclude_database'
  | 'pg_exporter_include_database'
  | 'pg_exporter_connect_timeout'
>;

export function scopeArguments(scope: Scope): string[] {
  return [
    `--${scope.pg_exporter_auto_discovery ? '' : 'no-'}auto-discovery`,
    `--exclude-database=${scope.pg_exporter_exclude_database}`,
    `--include-database=${scope.pg_exporter_include_database}`,
    `--connect-timeout=${scope.pg_exporter_connect_timeout}`,
  ];
}
