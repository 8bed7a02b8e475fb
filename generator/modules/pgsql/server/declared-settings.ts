import type { PgsqlSettings } from '../settings.ts';

/*
 * `pg_parameters`: parameters of PostgreSQL that the inventory sets. They win over those of the template and of the node.
 */

/** Parameters that Patroni takes from the configuration store only (Patroni manual, "Important rules"). */
export const OF_STORE: readonly string[] = [
  'max_locks_per_transaction',
  'max_prepared_transactions',
  'max_replication_slots',
  'max_wal_senders',
  'max_worker_processes',
  'track_commit_timestamp',
];

/** Parameters that the product sets itself, and what to use instead. */
export const OWNED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    listen_addresses: '`pg_listen`',
    port: '`pg_port`',
    max_connections: '`pg_max_conn`',
    shared_preload_libraries: '`pg_libs`',
    shared_buffers: '`pg_shared_buffer_ratio`, which huge pages follow',
    password_encryption: '`pg_pwd_enc`',
    unix_socket_directories: '`pg_localhost`',
    log_directory: '`pg_log_dir`',
    recovery_min_apply_delay: '`pg_delay`',
    synchronous_standby_names: '`pg_rpo: 0`',
    ...own(
      'pgBackRest archives the WAL: `pgbackrest_enabled`, and `pgbackrest_method` for the repository',
      ...['archive_command', 'archive_library', 'archive_mode'],
    ),
    ...own(
      'limits of logs depend on it',
      'log_destination',
      'log_filename',
      'log_rotation_size',
      'logging_collector',
    ),
    ...own('PostgreSQL always has TLS: HBA rules with `auth: ssl` require it of clients', 'ssl'),
    ...own('it is `logical` already, which includes the other levels', 'wal_level'),
    ...own(
      'Patroni needs its own value',
      ...['cluster_name', 'hot_standby', 'wal_log_hints'],
      ...['primary_conninfo', 'primary_slot_name', 'restore_command', 'recovery_init_sync_method'],
      ...['recovery_end_command', 'archive_cleanup_command'],
      ...['recovery_target', 'recovery_target_action', 'recovery_target_inclusive', 'recovery_target_lsn'],
      ...['recovery_target_name', 'recovery_target_time', 'recovery_target_timeline', 'recovery_target_xid'],
    ),
    ...own(
      'it belongs to a session or transaction',
      ...['role', 'seed', 'session_authorization'],
      ...['transaction_deferrable', 'transaction_isolation', 'transaction_read_only'],
    ),
    ...own(
      'the bundle has these files',
      ...['config_file', 'data_directory', 'external_pid_file', 'hba_file', 'ident_file'],
      ...['ssl_ca_file', 'ssl_cert_file', 'ssl_crl_dir', 'ssl_crl_file', 'ssl_key_file'],
    ),
  }),
);

function own(reason: string, ...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, reason]));
}

type Values = Readonly<Record<string, string>>;

/** The declared parameters that the configuration store has. */
export function declaredInStore({ pg_parameters: all }: PgsqlSettings): Values {
  return pick(all, (name) => OF_STORE.includes(name));
}

/** The declared parameters of one member. */
export function declaredLocally({ pg_parameters: all }: PgsqlSettings): Values {
  return pick(all, (name) => !OF_STORE.includes(name));
}

function pick(all: PgsqlSettings['pg_parameters'], isWanted: (name: string) => boolean): Values {
  const entries = Object.entries(all).map(([name, value]) => [name.toLowerCase(), textOf(value)] as const);
  return Object.fromEntries(entries.filter(([name]) => isWanted(name)));
}

/** As PostgreSQL reads it: YAML has turned `on` into a boolean. */
export function textOf(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return String(value);
}
