/*
 * The names that Pigsty's users, rules and dashboards know (monitoring.md, section 1.7), as `<collector> <column> …`. Those
 * of a version come in addition.
 */
export type Names = { readonly [collector: string]: string };

const COMMON: Names = {
  pg: 'timestamp uptime boot_time lsn insert_lsn write_lsn flush_lsn receive_lsn replay_lsn lag conf_reload_time is_in_recovery is_wal_replay_paused',
  pg_meta: 'info',
  pg_setting:
    'max_connections max_worker_processes max_locks_per_transaction max_prepared_transactions wal_log_hints data_checksums shared_buffers work_mem block_size',
  pg_repl:
    'state sync_state lsn sent_diff write_diff flush_diff replay_diff sent_lsn write_lsn flush_lsn replay_lsn write_lag flush_lag replay_lag backend_xmin',
  pg_sync_standby: 'enabled',
  pg_downstream: 'count',
  pg_slot: 'active retained_bytes restart_lsn wal_status safe_wal_size',
  pg_size: 'bytes',
  pg_archiver: 'finish_count failed_count finish_time failed_time',
  pg_bgwriter: 'buffers_clean maxwritten_clean buffers_alloc',
  pg_checkpointer: 'timed req write_time sync_time buffers_written',
  pg_checkpoint: 'checkpoint_lsn redo_lsn tli next_xid oldest_xid oldest_multi_xid time elapse',
  pg_slru: 'blks_hit blks_read',
  pg_ssl: 'enabled disabled',
  pg_wal: 'records fpi bytes buffers_full',
  pg_io: 'reads read_bytes read_time writes write_bytes write_time extends hits evictions fsyncs',
  pg_activity: 'count max_duration max_tx_duration max_conn_duration',
  pg_wait: 'count',
  pg_backend: 'count',
  pg_xact: 'xmin xmax xnum',
  pg_lock: 'count',
  pg_query: 'calls rows exec_time io_time wal_bytes sblk_hit sblk_read sblk_dirtied sblk_written',
  pg_db:
    'age conn_limit numbackends xact_commit xact_rollback xact_total blks_read blks_hit blks_access tup_returned tup_fetched tup_inserted tup_updated tup_deleted tup_modified temp_files temp_bytes deadlocks cks_fails blk_read_time blk_write_time session_time active_time ixact_time sessions sessions_abandoned sessions_fatal sessions_killed is_template allow_conn',
  pg_table:
    'seq_scan seq_tup_read idx_scan idx_tup_fetch n_tup_ins n_tup_upd n_tup_del n_tup_hot_upd n_live_tup n_dead_tup vacuum_count autovacuum_count analyze_count autoanalyze_count heap_blks_read heap_blks_hit age tuples',
  pg_table_size: 'bytes relsize indexsize toastsize',
  pg_index: 'idx_scan idx_tup_read idx_tup_fetch idx_blks_read idx_blks_hit',
  pg_func: 'calls total_time self_time',
  pg_seq: 'last_value blks_read blks_hit used_ratio',
  pg_relkind: 'count',
  pg_defpart: 'tuples',
  pg_pubrel: 'count',
  pg_blocked: 'count max_duration',
  pg_timeline: 'id',
  pg_exporter:
    'up uptime scrape_duration scrape_total_count scrape_error_count server_scrape_duration query_scrape_duration query_scrape_error_count query_cache_ttl',
};

const SERVERS: { readonly [major: number]: Names } = {
  17: { pg_wal: 'write sync write_time sync_time' },
  18: {
    pg_db: 'parallel_workers_launched',
    pg_table: 'vacuum_time',
    pg_checkpointer: 'done',
    pg_setting: 'io_method',
  },
};

const POOL: Names = {
  pgbouncer: 'up version',
  pgbouncer_list: 'items',
  pgbouncer_database:
    'pool_size min_pool_size reserve_pool max_connections current_connections paused disabled',
  pgbouncer_stat:
    'total_xact_count total_query_count total_received total_sent total_xact_time total_query_time total_wait_time avg_xact_count avg_query_time',
  pgbouncer_pool:
    'active_clients waiting_clients active_servers idle_servers used_servers tested_servers login_servers maxwait',
};

/** Those of a server that is a primary with a standby, a slot, a publication and a table. */
export function serverNames(major: number): string[] {
  return [...spell(COMMON), ...spell(SERVERS[major] ?? {}), 'pg_up', 'pg_version', 'pg_in_recovery'].sort();
}

export const poolNames = spell(POOL).sort();

function spell(names: Names): string[] {
  return Object.entries(names).flatMap(([collector, columns]) =>
    columns.split(' ').map((column) => `${collector}_${column}`),
  );
}
