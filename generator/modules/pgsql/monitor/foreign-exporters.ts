import { type Contribution, settingsOf } from '../../../model/module.ts';
import type { ModuleImage, PortUse } from '../../../model/plan.ts';
import type { SecretRef } from '../../../model/secret.ts';
import type { Settings } from '../../../model/settings.ts';
import type { SiteHost } from '../../../model/site.ts';
import { mergeArguments, splitArguments } from '../../../text/arguments.ts';
import { entryPlace, type ForeignExporter, foreignExporters, loginMilliseconds } from './foreign.ts';
import { queryFile } from './query-file.ts';
import {
  commonArguments,
  type Login,
  queriesPath,
  scopeArguments,
  sqlExporter,
  sqlExporterImage,
} from './sql-exporter.ts';

/** Where servers have pg_stat_statements: by default, as Pigsty, and in a well-known service. */
const STATEMENTS_IN = ['public', 'monitor', 'extensions'];

/** The job of servers outside the site, and of its lines in the journal. */
export const JOB = 'pgrds';

export function foreignImages(host: SiteHost): ModuleImage[] {
  return foreignExporters(host).length > 0 ? [sqlExporterImage(settingsOf(host))] : [];
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
  const settings: Settings = { ...settingsOf(host), ...overrides(exporter) };
  const name = unitName(exporter);
  const queries = queriesPath(name);
  const at = { ip: host.ip, port, path: settings.exporter_metrics_path, queries };
  return sqlExporter({
    name,
    title: `PostgreSQL ${instance} of others`,
    login: loginOf(exporter),
    url: urlOf(exporter, settings.pg_exporter_params),
    arguments: mergeArguments(
      [...commonArguments(at), ...scopeArguments(settings)],
      splitArguments(entry.pg_exporter_options ?? ''),
    ),
    queries: {
      path: queries,
      source: queryFile({ cacheTimes: settings.pg_exporter_cache_ttls, statementsIn: STATEMENTS_IN }),
    },
    memory: '200M',
    sockets: '',
    labels: { JOB, CLS: entry.pg_cluster, INS: instance, IP: host.ip },
  });
}

/** What an entry says otherwise than its infra host. */
function overrides(exporter: ForeignExporter): Partial<Settings> {
  return { ...exporter.entry, pg_exporter_connect_timeout: loginMilliseconds(exporter) };
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

function urlOf(exporter: ForeignExporter, parameters: string): string | SecretRef {
  const { port, entry, server } = exporter;
  if (hasUrl(entry)) return { $secret: secretName(port, 'pg_exporter_url'), as: 'plain' };
  const given = parameters.split('&').filter((one) => one !== '');
  // The exporter's own limit does not hold while it logs in: a server that hangs would hang it too.
  const seconds = Math.ceil(loginMilliseconds(exporter) / 1000);
  const isLimited = given.some((one) => one.startsWith('connect_timeout='));
  const all = [...given, ...(isLimited ? [] : [`connect_timeout=${seconds}`])];
  return `postgres://${server}/postgres?${all.join('&')}`;
}

function hasUrl({ pg_exporter_url: url = '' }: ForeignExporter['entry']): boolean {
  return url !== '';
}

function secretName(port: number, key: string): string {
  return `pg_exporters.${port}.${key}`;
}
