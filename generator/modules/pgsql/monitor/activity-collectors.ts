import type { Collector } from './collector.ts';

/** Every database that takes connections has its row, also when nothing happens in it. */
const DATABASES = 'SELECT datname FROM pg_database WHERE datallowconn';

const STATES = [
  'active',
  'idle',
  'idle in transaction',
  'idle in transaction (aborted)',
  'fastpath function call',
  'disabled',
];

const MODES = [
  'AccessShareLock',
  'RowShareLock',
  'RowExclusiveLock',
  'ShareUpdateExclusiveLock',
  'ShareLock',
  'ShareRowExclusiveLock',
  'ExclusiveLock',
  'AccessExclusiveLock',
];

function listOf(words: readonly string[]): string {
  return `unnest(ARRAY[${words.map((word) => `'${word}'`).join(', ')}])`;
}

function longest(since: string): string {
  return `coalesce(max(extract(epoch FROM now() - ${since})), 0)`;
}

/** Collectors of what sessions do: states, waits, locks, transactions, statements, and the progress of long commands. */
export const activityCollectors: readonly Collector[] = [
  {
    name: 'pg_activity',
    age: 'norm',
    scope: 'server',
    columns: `
      label datname
      label state
      gauge count = count(pid)
      gauge max_duration = ${longest('state_change')}
      gauge max_tx_duration = ${longest('xact_start')}
      gauge max_conn_duration = ${longest('backend_start')}`,
    from: `FROM (${DATABASES}) AS databases CROSS JOIN ${listOf(STATES)} AS state
  LEFT JOIN pg_stat_activity AS session USING (datname, state)
WHERE session.pid IS DISTINCT FROM pg_backend_pid() GROUP BY datname, state`,
  },
  {
    name: 'pg_wait',
    age: 'norm',
    scope: 'server',
    columns: `
      label datname = coalesce(datname, '')
      label event = wait_event_type
      gauge count = count(*)`,
    from: 'FROM pg_stat_activity WHERE wait_event_type IS NOT NULL GROUP BY datname, wait_event_type',
  },
  {
    name: 'pg_backend',
    age: 'norm',
    scope: 'server',
    columns: `
      label type = backend_type
      gauge count = count(*)`,
    from: 'FROM pg_stat_activity GROUP BY backend_type',
  },
  {
    name: 'pg_blocked',
    age: 'norm',
    scope: 'server',
    // Sessions that wait for a lock of another session.
    columns: `
      label datname
      gauge count = count(pid)
      gauge max_duration = ${longest('state_change')}`,
    from: `FROM (${DATABASES}) AS databases
  LEFT JOIN (SELECT * FROM pg_stat_activity WHERE wait_event_type = 'Lock') AS waiting USING (datname) GROUP BY datname`,
  },
  {
    name: 'pg_xact',
    age: 'norm',
    scope: 'server',
    versions: { first: 13, last: Number.POSITIVE_INFINITY },
    columns: `
      counter xmin = pg_snapshot_xmin(snapshot)::text::float8
      counter xmax = pg_snapshot_xmax(snapshot)::text::float8
      gauge xnum = (SELECT count(*) FROM pg_snapshot_xip(snapshot))`,
    from: 'FROM pg_current_snapshot() AS snapshot',
  },
  {
    name: 'pg_lock',
    age: 'norm',
    scope: 'server',
    columns: `
      label datname
      label mode
      gauge count = count(pid)`,
    from: `FROM (SELECT oid, datname FROM pg_database WHERE datallowconn) AS databases CROSS JOIN ${listOf(MODES)} AS mode
  LEFT JOIN (SELECT database AS oid, mode, pid FROM pg_locks WHERE pid <> pg_backend_pid()) AS held USING (oid, mode) GROUP BY datname, mode`,
  },
  {
    name: 'pg_vacuuming',
    age: 'norm',
    scope: 'primary',
    columns: `
      label datname
      label pid
      label relname = relid::regclass
      gauge progress = CASE WHEN heap_blks_total = 0 THEN 1 ELSE heap_blks_scanned::float8 / heap_blks_total END
      gauge indexes_total 17-
      gauge indexes_processed 17-
      gauge dead_tuple_bytes 17-
      counter delay_time 18- = delay_time / 1000`,
    from: 'FROM pg_stat_progress_vacuum',
  },
  {
    name: 'pg_indexing',
    age: 'norm',
    scope: 'primary',
    columns: `
      label datname
      label pid
      label relname = relid::regclass
      gauge blocks = CASE WHEN blocks_total = 0 THEN 1 ELSE blocks_done::float8 / blocks_total END
      gauge tuples = CASE WHEN tuples_total = 0 THEN 1 ELSE tuples_done::float8 / tuples_total END
      gauge partitions = CASE WHEN partitions_total = 0 THEN 1 ELSE partitions_done::float8 / partitions_total END
      gauge lockers = CASE WHEN lockers_total = 0 THEN 1 ELSE lockers_done::float8 / lockers_total END`,
    from: 'FROM pg_stat_progress_create_index',
  },
  {
    name: 'pg_clustering',
    age: 'norm',
    scope: 'primary',
    columns: `
      label datname
      label pid
      label relname = relid::regclass
      gauge tup_scan = heap_tuples_scanned
      gauge progress = CASE WHEN heap_blks_total = 0 THEN 1 ELSE heap_blks_scanned::float8 / heap_blks_total END`,
    from: 'FROM pg_stat_progress_cluster',
  },
  {
    name: 'pg_backup',
    age: 'norm',
    scope: 'server',
    versions: { first: 13, last: Number.POSITIVE_INFINITY },
    columns: `
      label pid
      gauge phase = coalesce(array_position(ARRAY['initializing', 'waiting for checkpoint to finish', 'estimating backup size', 'streaming database files', 'waiting for wal archiving to finish', 'transferring wal files'], phase) - 1, -1)
      gauge total_bytes = coalesce(backup_total, 0)
      gauge sent_bytes = backup_streamed`,
    from: 'FROM pg_stat_progress_basebackup',
  },
  {
    name: 'pg_ssl',
    age: 'norm',
    scope: 'server',
    columns: `
      gauge enabled = count(*) FILTER (WHERE ssl)
      gauge disabled = count(*) FILTER (WHERE NOT ssl)`,
    from: 'FROM pg_stat_ssl',
  },
];

/** Statements by their query id, the most expensive ones; the extension is in `schema`. */
export function statementCollector(schema: string): Collector {
  const [sharedRead, sharedWrite] = ['blk_read_time', 'blk_write_time'].map((name) => `shared_${name}`);
  const locals = ['local_blk_read_time', 'local_blk_write_time', 'temp_blk_read_time', 'temp_blk_write_time'];
  const sum = (parts: readonly (string | undefined)[]) => `sum(${parts.join(' + ')}) / 1000`;
  return {
    name: 'pg_query',
    age: 'norm',
    scope: 'server',
    timeoutSeconds: 2,
    extension: 'pg_stat_statements',
    versions: { first: 13, last: Number.POSITIVE_INFINITY },
    columns: `
      label datname
      label query = queryid
      counter calls = sum(calls)
      counter rows = sum(rows)
      counter exec_time = sum(total_exec_time) / 1000
      counter io_time -16 = ${sum(['blk_read_time', 'blk_write_time'])}
      counter io_time 17- = ${sum([sharedRead, sharedWrite, ...locals])}
      counter wal_bytes = sum(wal_bytes)
      counter sblk_hit = sum(shared_blks_hit)
      counter sblk_read = sum(shared_blks_read)
      counter sblk_dirtied = sum(shared_blks_dirtied)
      counter sblk_written = sum(shared_blks_written)`,
    // Without the texts of the statements, which it would have to read from a file.
    from: `FROM ${schema}.pg_stat_statements(false) AS statement JOIN pg_database ON pg_database.oid = statement.dbid
WHERE queryid IS NOT NULL GROUP BY datname, queryid ORDER BY sum(total_exec_time) DESC LIMIT 128`,
  };
}
