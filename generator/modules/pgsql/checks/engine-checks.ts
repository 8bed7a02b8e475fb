import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import { settingsOf } from '../../../model/module.ts';
import type { Place } from '../../../model/origin.ts';
import { ownValue } from '../../../model/own-value.ts';
import type { Site, SiteHost } from '../../../model/site.ts';

const otherEngine = rule<{ cluster: string; engine: string }>('pgsql/other-engine', {
  severity: 'error',
  message: ({ cluster, engine }) => `cluster ${cluster} is of ${engine}, which is not built`,
  label: () => 'named here',
  help: () => 'only PostgreSQL and Citus are built: take the cluster out, or set up an own inventory for it',
});

/** The engines of `pg_mode` that replace PostgreSQL (Pigsty 4.5, "Kernels"). */
const ENGINES = {
  gpsql: 'Greenplum (Cloudberry)',
  mssql: 'Babelfish (SQL Server)',
  mysql: 'OpenHalo (MySQL)',
  ivory: 'IvorySQL (Oracle)',
  polar: 'PolarDB',
  oriole: 'OrioleDB',
  agens: 'AgensGraph',
  pgedge: 'pgEdge',
  pgtde: 'Percona Server for PostgreSQL',
  tde: 'Percona Server for PostgreSQL',
} as const;

/** One error for each cluster of another engine, at the first of its hosts. */
export function checkEngines({ hosts }: Site): Diagnostic[] {
  const found = new Map<string, Diagnostic>();
  for (const one of hosts.flatMap(otherEngines)) {
    const key = `${one.engine} ${one.cluster}`;
    if (!found.has(key)) found.set(key, otherEngine.at(one.place, one));
  }
  return [...found.values()];
}

type OtherEngine = { readonly cluster: string; readonly engine: string; readonly place: Place | undefined };

function otherEngines(host: SiteHost): OtherEngine[] {
  const { pg_cluster, pg_mode, mongo_cluster, mysql_cluster } = settingsOf(host);
  const own = (cluster: string | undefined, engine: string | undefined, parameter: string) =>
    cluster !== undefined && engine !== undefined
      ? [{ cluster, engine, place: host.parameters.place(parameter) }]
      : [];
  return [
    ...own(pg_cluster, ownValue<string>(ENGINES, pg_mode), 'pg_mode'),
    ...own(mongo_cluster, 'FerretDB (MongoDB)', 'mongo_cluster'),
    ...own(mysql_cluster, 'MySQL', 'mysql_cluster'),
  ];
}
