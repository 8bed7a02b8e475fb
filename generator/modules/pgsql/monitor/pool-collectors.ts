import type { Collector } from './collector.ts';

/** Collectors of pgbouncer: commands of its admin console, with all columns that they return (pgbouncer manual, "SHOW"). */
export const poolCollectors: readonly Collector[] = [
  {
    name: 'pgbouncer_list',
    age: 'norm',
    scope: 'pgbouncer',
    columns: `
      label list
      gauge items`,
    from: 'SHOW LISTS',
  },
  {
    name: 'pgbouncer_database',
    age: 'norm',
    scope: 'pgbouncer',
    columns: `
      label datname = name
      label host
      label port
      label real_datname = database
      discard force_user
      gauge pool_size
      gauge min_pool_size
      gauge reserve_pool = reserve_pool_size
      gauge server_lifetime
      discard pool_mode
      discard load_balance_hosts
      gauge max_connections
      gauge current_connections
      gauge max_client_connections
      gauge current_client_connections
      gauge paused
      gauge disabled`,
    from: 'SHOW DATABASES',
  },
  {
    name: 'pgbouncer_stat',
    age: 'norm',
    scope: 'pgbouncer',
    columns: `
      label datname = database
      counter total_server_assignment_count
      counter total_xact_count
      counter total_query_count
      counter total_received
      counter total_sent
      counter total_xact_time * 1e-6
      counter total_query_time * 1e-6
      counter total_wait_time * 1e-6
      counter total_client_parse_count
      counter total_server_parse_count
      counter total_bind_count
      gauge avg_server_assignment_count
      gauge avg_xact_count
      gauge avg_query_count
      gauge avg_recv
      gauge avg_sent
      gauge avg_xact_time * 1e-6
      gauge avg_query_time * 1e-6
      gauge avg_wait_time * 1e-6
      gauge avg_client_parse_count
      gauge avg_server_parse_count
      gauge avg_bind_count`,
    from: 'SHOW STATS',
  },
  {
    name: 'pgbouncer_pool',
    age: 'norm',
    scope: 'pgbouncer',
    columns: `
      label datname = database
      label user
      gauge active_clients = cl_active
      gauge waiting_clients = cl_waiting
      gauge active_cancel_clients = cl_active_cancel_req
      gauge cancel_clients = cl_waiting_cancel_req
      gauge active_servers = sv_active
      gauge active_cancel_servers = sv_active_cancel
      gauge cancel_servers = sv_being_canceled
      gauge idle_servers = sv_idle
      gauge used_servers = sv_used
      gauge tested_servers = sv_tested
      gauge login_servers = sv_login
      gauge maxwait
      gauge maxwait_us
      label pool_mode
      discard load_balance_hosts`,
    from: 'SHOW POOLS',
  },
];
