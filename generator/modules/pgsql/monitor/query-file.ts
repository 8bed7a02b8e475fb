import type { FileSource } from '../../../model/plan.ts';
import { quoteSqlIdentifier, quoteSqlLiteral } from '../../../text/quote.ts';
import { activityCollectors, statementCollector } from './activity-collectors.ts';
import { AGES, type Branch, branchesOf, type Collector, type Column } from './collector.ts';
import { databaseCollectors } from './database-collectors.ts';
import { poolCollectors } from './pool-collectors.ts';
import { replicationCollectors } from './replication-collectors.ts';
import { serverCollectors } from './server-collectors.ts';

/** The oldest versions that the queries know: PostgreSQL 13, pgbouncer 1.24 (the minor version with a digit for the major). */
const OLDEST = { server: 13, pool: 12.4 } as const;

/** Seconds of a query, unless its collector says otherwise. The exporter's own limit, 100 ms, is too short for a busy server. */
const TIMEOUT_SECONDS = 1;

/**
 * The schema of pg_stat_statements, or those where it may be, and how long results are used again: pg_exporter_cache_ttls, in
 * seconds.
 */
export type QuerySettings = {
  readonly cacheTimes: string;
  readonly statementsIn: string | readonly string[];
};

/** Members share the text, which is long. */
const known = new Map<string, FileSource>();

/**
 * What pg_exporter reads: the queries of all versions, from which it chooses (its manual, "Configuration"). It is YAML; the
 * values are written as JSON, which YAML contains.
 */
export function queryFile(settings: QuerySettings): FileSource {
  const key = JSON.stringify(settings);
  const found = known.get(key) ?? { kind: 'text', lines: queryLines(settings) };
  known.set(key, found);
  return found;
}

function queryLines(settings: QuerySettings): string[] {
  const collectors = allCollectors(settings.statementsIn);
  return collectors.flatMap((collector, index) => {
    const oldest = collector.scope === 'pgbouncer' ? OLDEST.pool : OLDEST.server;
    const place = collector.onlyIn === undefined ? '' : `_${collector.onlyIn}`;
    return branchesOf(collector, oldest).flatMap((branch) => [
      `${collector.name}${place}_${numberOf(collector, branch.first)}:`,
      ...Object.entries(definition(collector, branch, { ...settings, priority: index + 1 })).map(
        ([name, value]) => `  ${name}: ${JSON.stringify(value)}`,
      ),
    ]);
  });
}

/** The collectors in the order in which they run. */
export function allCollectors(statementsIn: QuerySettings['statementsIn']): readonly Collector[] {
  const statements =
    typeof statementsIn === 'string'
      ? [statementCollector(quoteSqlIdentifier(statementsIn))]
      : statementsIn.map((schema) => ({
          ...statementCollector(quoteSqlIdentifier(schema)),
          onlyIn: schema,
        }));
  return [
    ...serverCollectors,
    ...replicationCollectors,
    ...activityCollectors,
    ...statements,
    ...databaseCollectors,
    ...poolCollectors,
  ];
}

function definition(
  collector: Collector,
  { first, end, columns }: Branch,
  { cacheTimes, priority }: QuerySettings & { readonly priority: number },
): object {
  return {
    name: collector.name,
    query: queryText(collector, columns),
    ttl: usableSeconds(cacheTimes, collector.age),
    timeout: collector.timeoutSeconds ?? TIMEOUT_SECONDS,
    priority,
    min_version: numberOf(collector, first),
    ...(end !== undefined && { max_version: numberOf(collector, end) }),
    tags: tagsOf(collector),
    ...(collector.onlyIn !== undefined && { predicate_queries: [extensionIn(collector)] }),
    metrics: columns.map((column) => metric(collector, column)),
  };
}

/** Somewhat less than is declared: a scrape at the interval of the same length finds an expired result. */
function usableSeconds(cacheTimes: string, age: Collector['age']): number {
  const declared = Number(cacheTimes.split(',')[AGES.indexOf(age)]);
  return declared - Math.min(0.5, declared / 2);
}

function queryText({ scope, from }: Collector, columns: readonly Column[]): string {
  if (scope === 'pgbouncer') return from;
  const list = columns.map(({ name, source }) => (name === source ? name : `${source} AS "${name}"`));
  return `SELECT ${list.join(', ')} ${from}`.replaceAll(/\s+/g, ' ').trim();
}

function tagsOf({ scope, extension }: Collector): string[] {
  const places = {
    server: ['cluster'],
    primary: ['cluster', 'primary'],
    replica: ['cluster', 'replica'],
    database: [],
    pgbouncer: ['pgbouncer'],
  };
  return [...places[scope], ...(extension === undefined ? [] : [`extension:${extension}`])];
}

/** A query whose answer decides whether the collector runs (pg_exporter's manual, "Predicate queries"). */
function extensionIn({ extension = '', onlyIn = '' }: Collector): object {
  const [name, schema] = [extension, onlyIn].map(quoteSqlLiteral);
  return {
    name: `${extension} is in ${onlyIn}`,
    predicate_query: `SELECT EXISTS (SELECT FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace WHERE extname = ${name} AND nspname = ${schema})`,
  };
}

/** pgbouncer's columns have names of their own; a query names its columns itself. */
function metric({ scope }: Collector, { name, source, usage, scale }: Column): object {
  const isRenamed = scope === 'pgbouncer' && name !== source;
  const column = {
    usage: usage.toUpperCase(),
    ...(isRenamed && { rename: name }),
    ...(scale && { scale }),
  };
  return { [isRenamed ? source : name]: column };
}

/** A version as servers say it: 140000 for 14, 12400 for pgbouncer 1.24. */
function numberOf({ scope }: Collector, version: number): number {
  return scope === 'pgbouncer' ? Math.round(version * 1000) : version * 10_000;
}
