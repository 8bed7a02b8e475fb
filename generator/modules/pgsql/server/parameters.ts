import type { PlanData } from '../../../model/plan.ts';
import { templateOf } from '../conf-template.ts';
import type { PgsqlMember } from '../members.ts';
import { loadedLibraries } from '../packages/packages.ts';
import type { PgsqlSettings } from '../settings.ts';
import { citusGroup } from '../topology/citus.ts';
import { declaredInStore, declaredLocally } from './declared-settings.ts';
import { maxConnections, maxLocks } from './tuning.ts';

/*
 * PostgreSQL parameters that do not depend on the node, per template (pigsty-defaults.yml, patroni_pg_parameters).
 */
type Settings = Record<string, PlanData>;

/** Parameters that Patroni reads from the configuration store only (Patroni manual, "Important rules"), except those of the node. */
export function storeParameters(settings: PgsqlSettings): Settings {
  const isTiny = templateOf(settings) === 'tiny';
  return {
    max_connections: maxConnections(settings),
    max_locks_per_transaction: maxLocks(settings),
    max_prepared_transactions: settings.pg_mode === 'citus' ? maxConnections(settings) : 0,
    max_wal_senders: isTiny ? 10 : 24,
    max_replication_slots: isTiny ? 10 : 16,
    track_commit_timestamp: 'on',
    wal_level: 'logical',
    wal_log_hints: 'on',
    ...declaredInStore(settings),
  };
}

/** Parameters that every member sets for itself; a reload or restart applies them. */
export function localParameters(member: PgsqlMember, archiveCommand: string | undefined): Settings {
  const { settings } = member;
  const template = templateOf(settings);
  return {
    ...BASE,
    ...(settings.pg_storage_type === 'SSD' && { random_page_cost: 1.1, effective_io_concurrency: 1000 }),
    ...BY_TEMPLATE[template],
    unix_socket_directories: settings.pg_localhost,
    password_encryption: settings.pg_pwd_enc,
    ssl: 'on',
    ssl_cert_file: '/etc/pigsty/current/etc/pgsql/server.crt',
    ssl_key_file: '/etc/pigsty/current/etc/pgsql/server.key',
    ssl_ca_file: '/etc/pigsty/current/etc/pgsql/ca.crt',
    ssl_crl_file: '/etc/pigsty/current/etc/pgsql/revoked.crl',
    log_directory: settings.pg_log_dir,
    shared_preload_libraries: loadedLibraries(member).join(', '),
    ...(archiveCommand !== undefined && {
      archive_mode: 'on',
      archive_timeout: 300,
      archive_command: archiveCommand,
    }),
    ...extensionParameters(member),
    ...declaredLocally(settings),
  };
}

function extensionParameters(member: PgsqlMember): Settings {
  return {
    ...(member.settings.pg_libs.includes('timescaledb') && { 'timescaledb.telemetry_level': 'off' }),
    // The server's certificate is in the environment (patroni.service): these options must not have one.
    ...(citusGroup(member) && {
      'citus.node_conninfo': 'sslmode=verify-full sslrootcert=/etc/pigsty/current/etc/pgsql/ca.crt',
    }),
  };
}

/** Connections of max_connections that are reserved for superusers. */
export const RESERVED_CONNECTIONS = 10;

const BASE: Settings = {
  superuser_reserved_connections: RESERVED_CONNECTIONS,
  hash_mem_multiplier: 8.0,
  huge_pages: 'try',
  vacuum_cost_delay: '20ms',
  vacuum_cost_limit: 2000,
  bgwriter_delay: '10ms',
  bgwriter_lru_maxpages: 800,
  bgwriter_lru_multiplier: 5.0,
  wal_buffers: '16MB',
  wal_writer_delay: '20ms',
  wal_writer_flush_after: '1MB',
  commit_delay: 20,
  commit_siblings: 10,
  checkpoint_timeout: '15min',
  checkpoint_completion_target: 0.8,
  // After a crash the data directory is synced first: file by file, this could take longer than pg_rto.
  recovery_init_sync_method: 'syncfs',
  max_standby_archive_delay: '10min',
  max_standby_streaming_delay: '3min',
  wal_receiver_status_interval: '1s',
  hot_standby_feedback: 'on',
  wal_receiver_timeout: '60s',
  max_logical_replication_workers: 8,
  max_sync_workers_per_subscription: 6,
  default_statistics_target: 400,
  log_destination: 'csvlog',
  logging_collector: 'on',
  // Small files: the oldest are deleted when the directory is too large (logs.ts).
  log_filename: 'postgresql-%Y-%m-%d_%H%M%S.log',
  log_rotation_size: '32MB',
  log_checkpoints: 'on',
  log_lock_waits: 'on',
  log_replication_commands: 'on',
  log_statement: 'ddl',
  // Pigsty logs from 100 ms on: a busy server then writes more log than data.
  log_min_duration_statement: '1s',
  track_io_timing: 'on',
  track_functions: 'all',
  track_activity_query_size: 8192,
  log_autovacuum_min_duration: '1s',
  autovacuum_max_workers: 3,
  autovacuum_naptime: '1min',
  autovacuum_vacuum_scale_factor: 0.08,
  autovacuum_analyze_scale_factor: 0.04,
  autovacuum_vacuum_cost_delay: -1,
  autovacuum_vacuum_cost_limit: -1,
  autovacuum_freeze_max_age: 1_000_000_000,
  deadlock_timeout: '50ms',
  idle_in_transaction_session_timeout: '10min',
  'auto_explain.log_min_duration': '1s',
  'auto_explain.log_analyze': 'on',
  'auto_explain.log_verbose': 'on',
  // The clock would be read twice for each row of each node of every query.
  'auto_explain.log_timing': 'off',
  'auto_explain.log_nested_statements': 'on',
  'pg_stat_statements.max': 10_000,
  'pg_stat_statements.track': 'all',
  'pg_stat_statements.track_utility': 'off',
  'pg_stat_statements.track_planning': 'off',
};

const BY_TEMPLATE: Record<'oltp' | 'olap' | 'crit' | 'tiny', Settings> = {
  oltp: {},
  olap: {
    vacuum_cost_delay: '10ms',
    vacuum_cost_limit: 10_000,
    enable_partitionwise_join: 'on',
    enable_partitionwise_aggregate: 'on',
    default_statistics_target: 1000,
    idle_in_transaction_session_timeout: 0,
  },
  crit: {
    wal_writer_delay: '10ms',
    wal_writer_flush_after: 0,
    log_connections: 'on',
    log_disconnections: 'on',
    track_activity_query_size: 32_768,
    idle_in_transaction_session_timeout: '1min',
    'pg_stat_statements.track_utility': 'on',
    'pg_stat_statements.track_planning': 'on',
  },
  tiny: {
    default_statistics_target: 200,
    autovacuum_max_workers: 1,
    'pg_stat_statements.max': 5000,
    autovacuum_vacuum_scale_factor: 0.2,
    autovacuum_analyze_scale_factor: 0.1,
  },
};
