import { type Contribution, settingsOf } from '../../../model/module.ts';
import type { ModuleImage, PortUse } from '../../../model/plan.ts';
import type { SecretRef } from '../../../model/secret.ts';
import type { SiteHost } from '../../../model/site.ts';
import { mergeArguments, splitArguments } from '../../../text/arguments.ts';
import { entryPlace, type ForeignExporter, foreignExporters, loginMilliseconds } from './foreign.ts';
import { queryFile } from './query-file.ts';
import {
  commonArguments,
  type Login,
  queriesPath,
  type Scope,
  SQL_EXPORTER_IMAGE,
  scopeArguments,
  sqlExporter,
} from './sql-exporter.ts';

/** Where servers have pg_stat_statements: by default, as Pigsty, and in a well-known service. */
const STATEMENTS_IN = ['public', 'monitor', 'extensions'];

/** The job of servers outside the site, and of its lines in the journal. */
export const JOB = 'pgrds';
/** The job that says whether such a server accepts connections. */
export const PORT_JOB = 'pgrds-port';

/** Parameters with secrets that these exporters read. */
export const FOREIGN_SECRETS: readonly string[] = ['pg_exporters', 'pg_monitor_password'];

export function foreignImages(host: SiteHost): ModuleImage[] {
  return foreignExporters(host).length > 0 ? [SQL_EXPORTER_IMAGE] : [];
}

export function foreignPorts(host: SiteHost): PortUse[] {
  return foreignExporters(host).map((exporter) => {
    const place = entryPlace(exporter);
    const unit = `${unitName(exporter)}.service`;
    return {
      port: exporter.port,
      addresses: [host.ip],
      unit,
      parameter: 'pg_exporters',
      ...(place && { place }),
    };
  });
}

/** A unit for each server outside the site, which an entry that is added or changed does not touch if it is another's. */
export function foreignContribution(host: SiteHost): Contribution {
  const parts = foreignExporters(host).map(exporterOf);
  return {
    files: parts.flatMap(({ files = [] }) => files),
    units: parts.flatMap(({ units = [] }) => units),
  };
}

/** Pigsty's name of the unit. */
function unitName({ instance }: ForeignExporter): string {
  return `pg_exporter_${instance}`;
}

function exporterOf(exporter: ForeignExporter): Contribution {
  const { host, port, entry, instance } = exporter;
  const settings = settingsOf(host);
  const name = unitName(exporter);
  const queries = queriesPath(name);
  const at = { ip: host.ip, port, path: settings.exporter_metrics_path, queries };
  return sqlExporter({
    name,
    title: `PostgreSQL ${instance} of others`,
    login: loginOf(exporter),
    loginMilliseconds: loginMilliseconds(exporter),
    url: urlOf(exporter, entry.pg_exporter_params ?? settings.pg_exporter_params),
    arguments: mergeArguments(
      [...commonArguments(at), ...scopeArguments(scopeOf(exporter))],
      splitArguments(entry.pg_exporter_options ?? ''),
    ),
    queries: {
      path: queries,
      source: queryFile({
        cacheTimes: entry.pg_exporter_cache_ttls ?? settings.pg_exporter_cache_ttls,
        statementsIn: STATEMENTS_IN,
      }),
    },
    memory: '200M',
    sockets: '',
    labels: { JOB, CLS: entry.pg_cluster, INS: instance, IP: host.ip },
  });
}

/** Which databases: as the entry says, otherwise as its infra host. */
function scopeOf(exporter: ForeignExporter): Scope {
  const { host, entry } = exporter;
  const settings = settingsOf(host);
  const { pg_exporter_auto_discovery, pg_exporter_exclude_database, pg_exporter_include_database } = settings;
  return {
    pg_exporter_auto_discovery: entry.pg_exporter_auto_discovery ?? pg_exporter_auto_discovery,
    pg_exporter_exclude_database: entry.pg_exporter_exclude_database ?? pg_exporter_exclude_database,
    pg_exporter_include_database: entry.pg_exporter_include_database ?? pg_exporter_include_database,
    pg_exporter_connect_timeout: loginMilliseconds(exporter),
  };
}

/** The monitoring user of the site, unless the entry has its own. An address of its own has the login in it. */
function loginOf({ host, port, entry }: ForeignExporter): Login {
  const { pg_monitor_username: user, pg_monitor_password: password } = entry;
  if (hasUrl(entry) && password === undefined) return { user: user ?? '', password: '' };
  const secret = password === undefined ? 'pg_monitor_password' : secretName(port, 'pg_monitor_password');
  return {
    user: user ?? settingsOf(host).pg_monitor_username,
    password: { $secret: secret, as: 'plain' },
  };
}

function urlOf({ port, entry, server }: ForeignExporter, parameters: string): string | SecretRef {
  if (hasUrl(entry)) return { $secret: secretName(port, 'pg_exporter_url'), as: 'plain' };
  return `postgres://${server}/postgres${parameters && `?${parameters}`}`;
}

function hasUrl({ pg_exporter_url: url = '' }: ForeignExporter['entry']): boolean {
  return url !== '';
}

function secretName(port: number, key: string): string {
  return `pg_exporters.${port}.${key}`;
}
