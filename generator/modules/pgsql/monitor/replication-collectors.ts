import type { Collector } from './collector.ts';

/** The codes of states follow their order here, as Pigsty's users know them. */
function code(column: string, states: readonly string[]): string {
  return `coalesce(array_position(ARRAY[${states.map((state) => `'${state}'`).join(', ')}], ${column}::text) - 1, -1)`;
}

/** Collectors of replication: senders, receivers, slots, publications and subscriptions. */
export const replicationCollectors: readonly Collector[] = [
  {
    name: 'pg_repl',
    age: 'norm',
    scope: 'server',
    columns: `
      label appname = application_name
      label usename
      label address = coalesce(host(client_addr), 'localhost')
      label pid
      gauge client_port
      gauge state = ${code('state', ['streaming', 'startup', 'catchup', 'backup', 'stopping'])}
      gauge sync_state = ${code('sync_state', ['async', 'potential', 'sync', 'quorum'])}
      gauge sync_priority
      counter backend_xmin = backend_xmin::text::float8
      counter lsn = pg_wal_lsn_diff(now_lsn, '0/0')
      ${['sent', 'write', 'flush', 'replay'].map((one) => `gauge ${one}_diff = pg_wal_lsn_diff(now_lsn, ${one}_lsn)`).join('\n')}
      ${['sent', 'write', 'flush', 'replay'].map((one) => `counter ${one}_lsn = pg_wal_lsn_diff(${one}_lsn, '0/0')`).join('\n')}
      ${['write', 'flush', 'replay'].map((one) => `gauge ${one}_lag = coalesce(extract(epoch FROM ${one}_lag), 0)`).join('\n')}
      counter time = extract(epoch FROM now())
      counter launch_time = extract(epoch FROM backend_start)
      gauge reply_time = extract(epoch FROM reply_time)`,
    from: `FROM pg_stat_replication, LATERAL (
  SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn() ELSE pg_current_wal_lsn() END AS now_lsn) AS server`,
  },
  {
    name: 'pg_sync_standby',
    age: 'norm',
    scope: 'server',
    columns: `
      label names = coalesce(nullif(current_setting('synchronous_standby_names'), ''), '<null>')
      gauge enabled = (current_setting('synchronous_standby_names') <> '')::int`,
    from: '',
  },
  {
    name: 'pg_downstream',
    age: 'norm',
    scope: 'server',
    columns: `
      label state
      gauge count = count(pid)`,
    from: `FROM unnest(ARRAY['streaming', 'startup', 'catchup', 'backup', 'stopping']) AS state
  LEFT JOIN pg_stat_replication USING (state) GROUP BY state`,
  },
  {
    name: 'pg_slot',
    age: 'norm',
    scope: 'server',
    columns: `
      label slot_name
      label slot_type
      label plugin = coalesce(plugin, '')
      label datname = coalesce(database, '')
      gauge datoid = coalesce(datoid::text::float8, 0)
      gauge active_pid = coalesce(active_pid, 0)
      gauge active = active::int
      gauge temporary = temporary::int
      gauge two_phase 14- = two_phase::int
      gauge conflicting 16- = coalesce(conflicting::int, 0)
      gauge failover 17- = failover::int
      gauge synced 17- = synced::int
      counter xmin = xmin::text::float8
      counter catalog_xmin = catalog_xmin::text::float8
      counter restart_lsn = pg_wal_lsn_diff(restart_lsn, '0/0')
      counter confirm_lsn = pg_wal_lsn_diff(confirmed_flush_lsn, '0/0')
      gauge retained_bytes = coalesce(greatest(0, pg_wal_lsn_diff(now_lsn, restart_lsn)), 0)
      gauge safe_wal_size
      gauge wal_status = ${code('wal_status', ['reserved', 'extended', 'unreserved', 'lost'])}
      gauge invalidation_reason 17- = coalesce(array_position(ARRAY['wal_removed', 'rows_removed', 'wal_level_insufficient', 'idle_timeout'], invalidation_reason::text), 0)
      gauge inactive_since 17- = extract(epoch FROM inactive_since)
      counter spill_txns 14- = stats.spill_txns
      counter spill_count 14- = stats.spill_count
      counter spill_bytes 14- = stats.spill_bytes
      counter stream_txns 14- = stats.stream_txns
      counter stream_count 14- = stats.stream_count
      counter stream_bytes 14- = stats.stream_bytes
      counter total_txns 14- = stats.total_txns
      counter total_bytes 14- = stats.total_bytes
      gauge reset_time 14- = extract(epoch FROM stats.stats_reset)`,
    from: `FROM pg_replication_slots AS slot LEFT JOIN pg_stat_replication_slots AS stats USING (slot_name), LATERAL (
  SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END AS now_lsn) AS server`,
    versions: { first: 14, last: Number.POSITIVE_INFINITY },
  },
  {
    name: 'pg_slot',
    age: 'norm',
    scope: 'server',
    versions: { first: 13, last: 13 },
    columns: `
      label slot_name
      label slot_type
      label plugin = coalesce(plugin, '')
      label datname = coalesce(database, '')
      gauge active_pid = coalesce(active_pid, 0)
      gauge active = active::int
      gauge temporary = temporary::int
      counter restart_lsn = pg_wal_lsn_diff(restart_lsn, '0/0')
      counter confirm_lsn = pg_wal_lsn_diff(confirmed_flush_lsn, '0/0')
      gauge retained_bytes = coalesce(greatest(0, pg_wal_lsn_diff(now_lsn, restart_lsn)), 0)
      gauge safe_wal_size
      gauge wal_status = ${code('wal_status', ['reserved', 'extended', 'unreserved', 'lost'])}`,
    from: `FROM pg_replication_slots, LATERAL (
  SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END AS now_lsn) AS server`,
  },
  {
    name: 'pg_recv',
    age: 'norm',
    scope: 'replica',
    columns: `
      label sender_host
      label sender_port
      label slot_name = coalesce(slot_name, '')
      gauge pid
      gauge state = ${code('status', ['streaming', 'startup', 'catchup', 'backup', 'stopping', 'connecting'])}
      counter init_lsn = pg_wal_lsn_diff(receive_start_lsn, '0/0')
      counter init_tli = receive_start_tli
      counter flush_lsn = pg_wal_lsn_diff(flushed_lsn, '0/0')
      counter write_lsn = pg_wal_lsn_diff(written_lsn, '0/0')
      counter flush_tli = received_tli
      counter reported_lsn = pg_wal_lsn_diff(latest_end_lsn, '0/0')
      gauge msg_send_time = extract(epoch FROM last_msg_send_time)
      gauge msg_recv_time = extract(epoch FROM last_msg_receipt_time)
      gauge reported_time = extract(epoch FROM latest_end_time)
      gauge time = extract(epoch FROM now())`,
    from: 'FROM pg_stat_wal_receiver',
  },
  {
    name: 'pg_sub',
    age: 'norm',
    scope: 'server',
    columns: `
      label subname
      gauge id = subid::text::float8
      gauge pid = coalesce(pid, 0)
      counter received_lsn = pg_wal_lsn_diff(received_lsn, '0/0')
      counter reported_lsn = pg_wal_lsn_diff(latest_end_lsn, '0/0')
      gauge msg_send_time = extract(epoch FROM last_msg_send_time)
      gauge msg_recv_time = extract(epoch FROM last_msg_receipt_time)
      gauge reported_time = extract(epoch FROM latest_end_time)`,
    // Workers that copy a table have a row of their own.
    from: 'FROM pg_stat_subscription WHERE relid IS NULL',
  },
  {
    name: 'pg_pubrel',
    age: 'slow',
    scope: 'database',
    columns: `
      label datname = current_database()
      label pubname
      gauge count = count(*)`,
    from: 'FROM pg_publication_tables GROUP BY pubname',
  },
  {
    name: 'pg_subrel',
    age: 'slow',
    scope: 'database',
    columns: `
      label datname = current_database()
      label subname
      label state = srsubstate
      gauge count = count(*)`,
    from: 'FROM pg_subscription_rel JOIN pg_subscription ON oid = srsubid WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database()) GROUP BY subname, srsubstate',
  },
];
