import { SETTINGS_17 } from './settings-17.ts';

/** Parameters of 17 that 18 does not have. */
const REMOVED: readonly string[] = ['composite_type_mismatch', 'extension_destdir', 'ssl_ecdh_curve'];

/** Parameters that 17 does not have, or has otherwise. */
const ADDED = `
autovacuum_max_workers sighup integer 1 262143
autovacuum_vacuum_max_threshold sighup integer -1 2147483647
autovacuum_worker_slots postmaster integer 1 262143
enable_distinct_reordering user bool
enable_self_join_elimination user bool
extension_control_path superuser string
file_copy_method user enum copy,clone
idle_replication_slot_timeout sighup integer 0 2147483647 s
io_combine_limit user integer 1 128 8kB
io_max_combine_limit postmaster integer 1 128 8kB
io_max_concurrency postmaster integer -1 1024
io_method postmaster enum sync,worker,io_uring
io_workers sighup integer 1 32
log_connections superuser-backend string
log_lock_failures superuser bool
log_rotation_size sighup integer 0 2147483647 kB
max_active_replication_origins postmaster integer 0 262143
md5_password_warnings user bool
num_os_semaphores internal integer 0 2147483647
oauth_validator_libraries sighup string
ssl_groups sighup string
ssl_tls13_ciphers sighup string
track_cost_delay_timing superuser bool
vacuum_max_eager_freeze_failure_rate user real 0 1
vacuum_truncate user bool
`;

/** The parameters of PostgreSQL 18, in the form of {@link SETTINGS_17}. */
export const SETTINGS_18 = [...unchanged(), ...ADDED.trim().split('\n')].join('\n');

function unchanged(): string[] {
  const nameOf = (row: string) => row.split(' ', 1)[0] ?? '';
  const others = new Set([...REMOVED, ...ADDED.trim().split('\n').map(nameOf)]);
  return SETTINGS_17.trim()
    .split('\n')
    .filter((row) => !others.has(nameOf(row)));
}
