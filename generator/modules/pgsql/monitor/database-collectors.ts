import type { Collector } from './collector.ts';

const OWN_TABLES = "schemaname NOT IN ('pg_catalog', 'information_schema') AND schemaname NOT LIKE 'pg\\_t%'";

/** How much of its range a sequence has used. */
const USED =
  'coalesce(last_value / (CASE WHEN increment_by > 0 THEN max_value ELSE min_value END)::float8, 0)';

function countersOf(names: string): string {
  return names
    .split(' ')
    .map((name) => `counter ${name} = coalesce(${name}, 0)`)
    .join('\n');
}

/** Collectors of databases, and of the objects in each of them. The largest objects count where there are many. */
export const databaseCollectors: readonly Collector[] = [
  {
    name: 'pg_db',
    age: 'norm',
    scope: 'server',
    columns: `
      label datname
      gauge datid = d.oid::text::float8
      gauge age = age(datfrozenxid)
      gauge mxid_age = mxid_age(datminmxid)
      gauge is_template = datistemplate::int
      gauge allow_conn = datallowconn::int
      gauge conn_limit = datconnlimit
      gauge frozen_xid = datfrozenxid::text::float8
      gauge numbackends
      counter xact_commit
      counter xact_rollback
      counter xact_total = xact_commit + xact_rollback
      counter blks_read
      counter blks_hit
      counter blks_access = blks_read + blks_hit
      counter tup_returned
      counter tup_fetched
      counter tup_inserted
      counter tup_updated
      counter tup_deleted
      counter tup_modified = tup_inserted + tup_updated + tup_deleted
      counter conflicts
      counter temp_files
      counter temp_bytes
      counter deadlocks
      counter cks_fails = coalesce(checksum_failures, -1)
      gauge cks_fail_time = extract(epoch FROM checksum_last_failure)
      counter blk_read_time = blk_read_time / 1000
      counter blk_write_time = blk_write_time / 1000
      counter session_time 14- = session_time / 1000
      counter active_time 14- = active_time / 1000
      counter ixact_time 14- = idle_in_transaction_time / 1000
      counter sessions 14-
      counter sessions_abandoned 14-
      counter sessions_fatal 14-
      counter sessions_killed 14-
      counter parallel_workers_to_launch 18-
      counter parallel_workers_launched 18-
      gauge reset_time = extract(epoch FROM stats_reset)`,
    from: 'FROM pg_database AS d JOIN pg_stat_database AS s USING (datname)',
  },
  {
    name: 'pg_db_confl',
    age: 'norm',
    scope: 'replica',
    columns: `
      label datname
      counter confl_tablespace
      counter confl_lock
      counter confl_snapshot
      counter confl_bufferpin
      counter confl_deadlock
      counter confl_active_logicalslot 16-`,
    from: 'FROM pg_stat_database_conflicts',
  },
  {
    name: 'pg_table',
    age: 'norm',
    scope: 'database',
    timeoutSeconds: 2,
    columns: `
      label datname = current_database()
      label relname = format('%s.%s', schemaname, s.relname)
      gauge relid = c.oid::text::float8
      gauge kind = ascii(relkind::text)
      gauge pages = relpages
      gauge tuples = reltuples
      gauge frozenxid = relfrozenxid::text::float8
      gauge age = age(relfrozenxid)
      gauge ncols = relnatts
      ${countersOf('seq_scan seq_tup_read idx_scan idx_tup_fetch')}
      counter tbl_scan = coalesce(seq_scan, 0) + coalesce(idx_scan, 0)
      counter tup_read = coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)
      ${countersOf('n_tup_ins n_tup_upd n_tup_del n_tup_hot_upd')}
      counter n_tup_mod = n_tup_ins + n_tup_upd + n_tup_del
      counter n_tup_newpage_upd 16-
      gauge n_live_tup
      gauge n_dead_tup
      gauge n_mod_since_analyze
      gauge n_ins_since_vacuum
      gauge last_vacuum = extract(epoch FROM greatest(last_vacuum, last_autovacuum))
      gauge last_analyze = extract(epoch FROM greatest(last_analyze, last_autoanalyze))
      ${countersOf('vacuum_count autovacuum_count analyze_count autoanalyze_count')}
      counter vacuum_time 18- = total_vacuum_time / 1000
      counter autovacuum_time 18- = total_autovacuum_time / 1000
      counter analyze_time 18- = total_analyze_time / 1000
      counter autoanalyze_time 18- = total_autoanalyze_time / 1000
      ${countersOf('heap_blks_read heap_blks_hit idx_blks_read idx_blks_hit')}`,
    from: `FROM pg_stat_user_tables AS s JOIN pg_statio_user_tables USING (relid, schemaname, relname) JOIN pg_class AS c ON c.oid = relid
WHERE ${OWN_TABLES} ORDER BY relpages DESC LIMIT 1000`,
  },
  {
    name: 'pg_table_size',
    age: 'slowest',
    scope: 'database',
    timeoutSeconds: 3,
    columns: `
      label datname = current_database()
      label relname = format('%s.%s', nspname, relname)
      gauge bytes = total
      gauge relsize = pg_relation_size(oid)
      gauge indexsize = total - pg_table_size(oid)
      gauge toastsize = coalesce(pg_total_relation_size(nullif(reltoastrelid, 0)), 0)`,
    // A table that is locked exclusively would stop the query.
    from: `FROM (SELECT c.oid, nspname, relname, reltoastrelid, pg_total_relation_size(c.oid) AS total
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
  WHERE relkind IN ('r', 'm') AND nspname NOT IN ('pg_catalog', 'information_schema')
    AND NOT EXISTS (SELECT FROM pg_locks WHERE relation = c.oid AND mode = 'AccessExclusiveLock' AND granted)
  ORDER BY relpages DESC LIMIT 1000) AS tables`,
  },
  {
    name: 'pg_index',
    age: 'norm',
    scope: 'database',
    timeoutSeconds: 2,
    columns: `
      label datname = current_database()
      label idxname = format('%s.%s', nspname, c.relname)
      label relname = format('%s.%s', nspname, t.relname)
      gauge relpages = c.relpages
      gauge reltuples = c.reltuples
      counter idx_scan = pg_stat_get_numscans(c.oid)
      counter idx_tup_read = pg_stat_get_tuples_returned(c.oid)
      counter idx_tup_fetch = pg_stat_get_tuples_fetched(c.oid)
      counter idx_blks_read = pg_stat_get_blocks_fetched(c.oid) - pg_stat_get_blocks_hit(c.oid)
      counter idx_blks_hit = pg_stat_get_blocks_hit(c.oid)`,
    // The functions of the views pg_stat_all_indexes and pg_statio_all_indexes: to plan their join takes 25 ms.
    from: `FROM pg_index JOIN pg_class AS c ON c.oid = indexrelid JOIN pg_class AS t ON t.oid = indrelid
  JOIN pg_namespace AS n ON n.oid = t.relnamespace
WHERE nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND c.relkind = 'i' ORDER BY c.relpages DESC LIMIT 1000`,
  },
  {
    name: 'pg_func',
    age: 'norm',
    scope: 'database',
    columns: `
      label datname = current_database()
      label funcname = format('%s.%s', schemaname, funcname)
      counter calls = sum(calls)
      counter total_time = sum(total_time) / 1000
      counter self_time = sum(self_time) / 1000`,
    from: 'FROM pg_stat_user_functions GROUP BY schemaname, funcname ORDER BY sum(total_time) DESC LIMIT 200',
  },
  {
    name: 'pg_seq',
    age: 'slow',
    scope: 'database',
    columns: `
      label datname = current_database()
      label seqname = format('%s.%s', s.schemaname, sequencename)
      counter last_value
      gauge used_ratio = CASE WHEN cycle THEN 0 ELSE ${USED} END
      counter blks_read
      counter blks_hit`,
    from: `FROM pg_sequences AS s JOIN pg_statio_user_sequences AS io ON io.schemaname = s.schemaname AND io.relname = sequencename
ORDER BY ${USED} DESC NULLS LAST LIMIT 500`,
  },
  {
    name: 'pg_relkind',
    age: 'slow',
    scope: 'database',
    columns: `
      label datname = current_database()
      label relkind
      gauge count = count(*)`,
    from: 'FROM pg_class GROUP BY relkind',
  },
  {
    name: 'pg_defpart',
    age: 'slow',
    scope: 'database',
    columns: `
      label datname = current_database()
      label relname = format('%s.%s', nspname, relname)
      gauge tuples = greatest(reltuples, 0)`,
    from: `FROM pg_partitioned_table JOIN pg_class AS c ON c.oid = partdefid JOIN pg_namespace AS n ON n.oid = relnamespace`,
  },
];
