import { Unreachable } from '../../../model/brand.ts';

/*
 * What pg_exporter collects, as data: a collector is one query for all versions of a server, of which the branches for
 * single versions follow. The name of a metric is the collector's, `_`, and the column's (monitoring.md, section 1.7).
 */

/** How long a result is used again, as in pg_exporter_cache_ttls. */
export const AGES = ['fast', 'norm', 'slow', 'slowest'] as const;
export type Age = (typeof AGES)[number];

export type Collector = {
  readonly name: string;
  /** What follows the columns in the query: `FROM pg_stat_database`. For pgbouncer, the command: `SHOW POOLS`. */
  readonly from: string;
  /** {@link readColumns} */
  readonly columns: string;
  readonly age: Age;
  /** `server`: once per server. `primary`, `replica`: the same, on those alone. `database`: in each discovered database. */
  readonly scope: 'server' | 'primary' | 'replica' | 'database' | 'pgbouncer';
  readonly timeoutSeconds?: number;
  /** An extension that must be in the database. */
  readonly extension?: string;
  /** The collector is for servers that have the extension in this schema. */
  readonly onlyIn?: string;
  readonly versions?: Versions;
};

/** Major versions, both included; of pgbouncer, as 12.4 for 1.24. */
type Versions = { readonly first: number; readonly last: number };

const USAGES = ['label', 'gauge', 'counter', 'discard'] as const;

export type Column = {
  readonly usage: (typeof USAGES)[number];
  readonly name: string;
  /** SQL, or the name of pgbouncer's own column. */
  readonly source: string;
  /** What the value is multiplied with, because its unit is not that of the metric. */
  readonly scale?: string;
  readonly versions: Versions;
};

const EVERY: Versions = { first: 0, last: Number.POSITIVE_INFINITY };
const COLUMN =
  /^(?<usage>\w+) (?<name>\w+)(?: (?<first>[\d.]+)?-(?<last>[\d.]+)?)?(?: \* (?<scale>[\de.-]+))?(?: = (?<source>.+))?$/;

/**
 * Columns as text, one a line: `usage name`, then the versions that have it (`14-`, `-16`), a factor (`* 1e-6`) and the
 * expression (`= a + b`), if it is not the name. `discard` is a column that is no metric. Throws only on a bug.
 */
export function readColumns(text: string): readonly Column[] {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '').map(readColumn);
}

function readColumn(line: string): Column {
  const { usage, name = '', first, last, scale, source } = COLUMN.exec(line)?.groups ?? {};
  const known = USAGES.find((one) => one === usage);
  if (known === undefined) throw new Unreachable(`not a column: ${line}`);
  return {
    usage: known,
    name,
    source: source ?? name,
    ...(scale && { scale }),
    versions: {
      first: first ? Number(first) : EVERY.first,
      last: last ? Number(last) : EVERY.last,
    },
  };
}

/** A collector on servers from version `first`, and before version `end`. */
export type Branch = {
  readonly first: number;
  readonly end: number | undefined;
  readonly columns: readonly Column[];
};

/** The intervals of versions in which a collector has the same columns. A next version is one higher, or 0.1 for pgbouncer. */
export function branchesOf(collector: Collector, oldest: number): readonly Branch[] {
  const columns = readColumns(collector.columns);
  const step = collector.scope === 'pgbouncer' ? 0.1 : 1;
  const { first, last } = collector.versions ?? EVERY;
  const start = Math.max(first, oldest);
  const after = (version: number) => Number((version + step).toFixed(1));
  const all = columns.flatMap(({ versions }) => [versions.first, after(versions.last)]);
  const inside = all.filter((version) => Number.isFinite(version) && version > start && version <= last);
  const starts = [start, ...new Set(inside)].sort((a, b) => a - b);
  return starts.map((from, index) => ({
    first: from,
    end: starts[index + 1] ?? (Number.isFinite(last) ? after(last) : undefined),
    columns: columns.filter(({ versions }) => versions.first <= from && versions.last >= from),
  }));
}
