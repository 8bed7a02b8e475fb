import { isInfraHost } from '../../../model/infra.ts';
import { settingsOf } from '../../../model/module.ts';
import { append } from '../../../model/multimap.ts';
import type { Place } from '../../../model/origin.ts';
import { perSite } from '../../../model/per-site.ts';
import type { SiteHost } from '../../../model/site.ts';
import type { ForeignServer } from '../params/exporter-schemas.ts';

/*
 * Servers outside the site: each infra host has an exporter for each of them (`pg_exporters`; monitoring.md, section 7).
 */

/** An entry of `pg_exporters` on an infra host. */
export type ForeignExporter = {
  readonly host: SiteHost;
  /** Of the exporter. */
  readonly port: number;
  readonly entry: ForeignServer;
  /** `<pg_cluster>-<pg_seq>`, as for members. */
  readonly instance: string;
  /** Where the server listens: `10.1.1.1:5432`. */
  readonly server: string;
};

/** Pigsty's port of a server that does not say its own. */
const SERVER_PORT = 5432;

/** How long a login may take, in milliseconds, if nothing says so: a server far away needs longer than the socket of a member. */
const LOGIN_MILLISECONDS = 1000;

export function watchesOthers(host: SiteHost): boolean {
  const { pg_exporters: entries } = host.parameters.values;
  return (
    isInfraHost(host) && typeof entries === 'object' && entries !== null && Object.keys(entries).length > 0
  );
}

/** The exporters of an infra host, by port. */
export function foreignExporters(host: SiteHost): readonly ForeignExporter[] {
  if (!watchesOthers(host)) return [];
  return Object.entries(settingsOf(host).pg_exporters ?? {}).map(([port, entry]) => ({
    host,
    port: Number(port),
    entry,
    instance: `${entry.pg_cluster}-${entry.pg_seq}`,
    server: `${entry.pg_host}:${entry.pg_port ?? SERVER_PORT}`,
  }));
}

/** Those of all infra hosts, by instance: first that of the first host that has one. */
export const foreignInstances = perSite((site): ReadonlyMap<string, readonly ForeignExporter[]> => {
  const found = new Map<string, ForeignExporter[]>();
  for (const one of site.hosts.flatMap(foreignExporters)) append(found, one.instance, one);
  return found;
});

/** Where an entry, or one of its keys, is written. */
export function entryPlace({ host, port }: ForeignExporter, ...path: readonly string[]): Place | undefined {
  const part = path.length === 0 ? 'key' : 'value';
  return host.parameters.place('pg_exporters', [String(port), ...path], part);
}

/** The milliseconds that a login may take: of the entry, or of the infra host if the inventory says so there. */
export function loginMilliseconds({ host, entry }: ForeignExporter): number {
  const { pg_exporter_connect_timeout: ofHost } = settingsOf(host);
  const isSet = host.parameters.origin('pg_exporter_connect_timeout').scope !== 'default';
  return entry.pg_exporter_connect_timeout ?? (isSet ? ofHost : LOGIN_MILLISECONDS);
}
