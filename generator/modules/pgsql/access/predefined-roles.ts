/** PostgreSQL's predefined roles, with the major version that added them (manual, "Predefined Roles"; CREATE ROLE). */
const SINCE: Readonly<Record<string, number>> = {
  pg_monitor: 10,
  pg_read_all_settings: 10,
  pg_read_all_stats: 10,
  pg_stat_scan_tables: 10,
  pg_signal_backend: 10,
  pg_read_server_files: 11,
  pg_write_server_files: 11,
  pg_execute_server_program: 11,
  pg_read_all_data: 14,
  pg_write_all_data: 14,
  pg_checkpoint: 15,
  pg_create_subscription: 16,
  pg_use_reserved_connections: 16,
  pg_maintain: 17,
  pg_signal_autovacuum_worker: 18,
};

/** The predefined roles of a major version that can be granted; pg_database_owner has no explicit members. */
export function predefinedRoles(version: number): string[] {
  return Object.keys(SINCE).filter((name) => (SINCE[name] ?? 0) <= version);
}

/** Names that PostgreSQL accepts for no role (manual, CREATE ROLE; user.c). */
export function isReservedRole(name: string): boolean {
  return name.startsWith('pg_') || name === 'public' || name === 'none';
}
