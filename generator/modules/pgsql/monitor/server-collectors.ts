import type { Collector } from './collector.ts';

/** Collectors of a server as a whole: identity, settings, WAL, checkpoints, I/O. */
export const serverCollectors: readonly Collector[] = [
  {
    name: 'pg',
    age: 'fast',
    scope: 'server',
    columns: `
      gauge timestamp = extract(epoch FROM now())
      gauge uptime = extract(epoch FROM now() - pg_postmaster_start_time())
      gauge boot_time = extract(epoch FROM pg_postmaster_start_time())
      counter lsn = pg_wal_lsn_diff(coalesce(written, replayed), '0/0')
      counter insert_lsn = pg_wal_lsn_diff(inserted, '0/0')
      counter write_lsn = pg_wal_lsn_diff(written, '0/0')
      counter flush_lsn = pg_wal_lsn_diff(flushed, '0/0')
      counter receive_lsn = pg_wal_lsn_diff(received, '0/0')
      counter replay_lsn = pg_wal_lsn_diff(replayed, '0/0')
      gauge reload_time = extract(epoch FROM pg_conf_load_time())
      gauge conf_reload_time = extract(epoch FROM now() - pg_conf_load_time())
      gauge last_replay_time = extract(epoch FROM replayed_at)
      gauge lag = CASE WHEN NOT standby OR (streams AND received <= replayed) THEN 0 ELSE greatest(0, extract(epoch FROM now() - replayed_at)) END
      gauge is_in_recovery = standby::int
      gauge is_wal_replay_paused = CASE WHEN standby THEN pg_is_wal_replay_paused()::int ELSE 0 END`,
    // These functions are an error on the other kind of server, or tell of the time before its promotion.
    from: `FROM (SELECT pg_is_in_recovery() AS standby) AS server, LATERAL (
  SELECT CASE WHEN NOT standby THEN pg_current_wal_insert_lsn() END AS inserted,
         CASE WHEN NOT standby THEN pg_current_wal_lsn() END AS written,
         CASE WHEN NOT standby THEN pg_current_wal_flush_lsn() END AS flushed,
         CASE WHEN standby THEN pg_last_wal_receive_lsn() END AS received,
         CASE WHEN standby THEN pg_last_wal_replay_lsn() END AS replayed,
         CASE WHEN standby THEN pg_last_xact_replay_timestamp() END AS replayed_at,
         EXISTS (SELECT FROM pg_stat_wal_receiver) AS streams) AS wal`,
  },
  {
    name: 'pg_meta',
    age: 'slow',
    scope: 'server',
    columns: `
      label cluster_id = (SELECT system_identifier FROM pg_control_system())
      label cluster_name = current_setting('cluster_name')
      label listen_port = current_setting('port')
      label wal_level = current_setting('wal_level')
      label encoding = current_setting('server_encoding')
      label version = current_setting('server_version')
      label ver_num = current_setting('server_version_num')
      label ver_str = version()
      label extensions = current_setting('shared_preload_libraries')
      gauge info = 1`,
    from: '',
  },
  {
    name: 'pg_setting',
    age: 'slow',
    scope: 'server',
    columns: `${[
      'max_connections max_prepared_transactions max_locks_per_transaction max_worker_processes max_parallel_workers',
      'max_parallel_workers_per_gather max_parallel_maintenance_workers max_replication_slots max_wal_senders block_size',
      'wal_block_size autovacuum_max_workers autovacuum_freeze_max_age autovacuum_multixact_freeze_max_age checkpoint_completion_target',
    ]
      .join(' ')
      .split(' ')
      .map((name) => `gauge ${name} = current_setting('${name}')::float8`)
      .join('\n')}
      ${['data_checksums', 'wal_log_hints', 'fsync', 'full_page_writes', 'autovacuum', 'hot_standby']
        .map((name) => `gauge ${name} = (current_setting('${name}') = 'on')::int`)
        .join('\n')}
      ${[
        'shared_buffers',
        'work_mem',
        'maintenance_work_mem',
        'effective_cache_size',
        'min_wal_size',
        'max_wal_size',
      ]
        .map((name) => `gauge ${name} = pg_size_bytes(current_setting('${name}'))`)
        .join('\n')}
      gauge segment_size = pg_size_bytes(current_setting('segment_size'))
      gauge wal_segment_size = pg_size_bytes(current_setting('wal_segment_size'))
      gauge max_slot_wal_keep_size = pg_size_bytes(current_setting('max_slot_wal_keep_size'))
      gauge shared_memory_size 15- = pg_size_bytes(current_setting('shared_memory_size'))
      gauge hugepage_count 15- = current_setting('shared_memory_size_in_huge_pages')::float8
      gauge hugepage_status 17- = CASE current_setting('huge_pages_status') WHEN 'on' THEN 1 WHEN 'off' THEN 0 ELSE -1 END
      gauge wal_level = CASE current_setting('wal_level') WHEN 'logical' THEN 3 WHEN 'replica' THEN 2 ELSE 1 END
      gauge archive_mode = CASE current_setting('archive_mode') WHEN 'off' THEN 0 WHEN 'on' THEN 1 ELSE 2 END
      gauge checkpoint_timeout = extract(epoch FROM current_setting('checkpoint_timeout')::interval)
      gauge synchronous_commit = array_position(ARRAY['off', 'local', 'remote_write', 'on', 'remote_apply'], current_setting('synchronous_commit')) - 1
      gauge io_method 18- = array_position(ARRAY['sync', 'worker', 'io_uring'], current_setting('io_method')) - 1
      gauge pending_restart = (SELECT count(*) FROM pg_settings WHERE pending_restart)`,
    from: '',
  },
  {
    name: 'pg_size',
    age: 'slow',
    scope: 'server',
    timeoutSeconds: 3,
    columns: `
      label datname
      gauge bytes`,
    from: `FROM (SELECT datname, pg_database_size(oid) AS bytes FROM pg_database WHERE datallowconn
  UNION ALL SELECT 'wal', sum(size) FROM pg_ls_waldir()
  UNION ALL SELECT 'log', coalesce(sum(size), 0) FROM pg_ls_logdir() WHERE current_setting('logging_collector') = 'on') AS sizes`,
  },
  {
    name: 'pg_archiver',
    age: 'norm',
    scope: 'server',
    columns: `
      counter finish_count = archived_count
      counter failed_count
      gauge finish_time = extract(epoch FROM last_archived_time)
      gauge failed_time = extract(epoch FROM last_failed_time)
      gauge reset_time = extract(epoch FROM stats_reset)`,
    from: 'FROM pg_stat_archiver',
  },
  {
    name: 'pg_bgwriter',
    age: 'norm',
    scope: 'server',
    columns: `
      counter checkpoints_timed -16
      counter checkpoints_req -16
      counter checkpoint_write_time -16 = checkpoint_write_time / 1000
      counter checkpoint_sync_time -16 = checkpoint_sync_time / 1000
      counter buffers_checkpoint -16
      counter buffers_backend -16
      counter buffers_backend_fsync -16
      counter buffers_clean
      counter maxwritten_clean
      counter buffers_alloc
      gauge reset_time = extract(epoch FROM stats_reset)`,
    from: 'FROM pg_stat_bgwriter',
  },
  {
    name: 'pg_checkpointer',
    age: 'norm',
    scope: 'server',
    versions: { first: 0, last: 16 },
    columns: `
      counter timed = checkpoints_timed
      counter req = checkpoints_req
      counter write_time = checkpoint_write_time / 1000
      counter sync_time = checkpoint_sync_time / 1000
      counter buffers_written = buffers_checkpoint
      gauge reset_time = extract(epoch FROM stats_reset)`,
    from: 'FROM pg_stat_bgwriter',
  },
  {
    name: 'pg_checkpointer',
    age: 'norm',
    scope: 'server',
    versions: { first: 17, last: Number.POSITIVE_INFINITY },
    columns: `
      counter timed = num_timed
      counter req = num_requested
      counter done 18- = num_done
      counter restartpoints_timed
      counter restartpoints_req
      counter restartpoints_done
      counter write_time = write_time / 1000
      counter sync_time = sync_time / 1000
      counter buffers_written
      counter slru_written 18-
      gauge reset_time = extract(epoch FROM stats_reset)`,
    from: 'FROM pg_stat_checkpointer',
  },
  {
    name: 'pg_checkpoint',
    age: 'slow',
    scope: 'server',
    columns: `
      counter checkpoint_lsn = pg_wal_lsn_diff(checkpoint_lsn, '0/0')
      counter redo_lsn = pg_wal_lsn_diff(redo_lsn, '0/0')
      counter tli = timeline_id
      counter prev_tli = prev_timeline_id
      gauge full_page_writes = full_page_writes::int
      counter next_xid_epoch = split_part(next_xid, ':', 1)::float8
      counter next_xid = split_part(next_xid, ':', 2)::float8
      counter next_oid = next_oid::text::float8
      counter next_multixact_id = next_multixact_id::text::float8
      counter next_multi_offset = next_multi_offset::text::float8
      counter oldest_xid = oldest_xid::text::float8
      gauge oldest_xid_dbid = oldest_xid_dbid::text::float8
      counter oldest_active_xid = oldest_active_xid::text::float8
      counter oldest_multi_xid = oldest_multi_xid::text::float8
      gauge oldest_multi_dbid = oldest_multi_dbid::text::float8
      counter oldest_commit_ts_xid = oldest_commit_ts_xid::text::float8
      counter newest_commit_ts_xid = newest_commit_ts_xid::text::float8
      counter time = extract(epoch FROM checkpoint_time)
      gauge elapse = extract(epoch FROM now() - checkpoint_time)`,
    from: 'FROM pg_control_checkpoint()',
  },
  {
    name: 'pg_timeline',
    age: 'norm',
    scope: 'server',
    // The control file has the timeline of the last checkpoint: a primary is on that of the WAL it writes.
    columns: `
      gauge id = CASE WHEN pg_is_in_recovery() THEN coalesce((SELECT received_tli FROM pg_stat_wal_receiver), (SELECT timeline_id FROM pg_control_checkpoint())) ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int END`,
    from: '',
  },
  {
    name: 'pg_recovery',
    age: 'norm',
    scope: 'replica',
    columns: `
      counter min_timeline = min_recovery_end_timeline
      counter min_lsn = pg_wal_lsn_diff(min_recovery_end_lsn, '0/0')
      counter backup_start_lsn = pg_wal_lsn_diff(backup_start_lsn, '0/0')
      counter backup_end_lsn = pg_wal_lsn_diff(backup_end_lsn, '0/0')
      gauge require_record = end_of_backup_record_required::int`,
    from: 'FROM pg_control_recovery()',
  },
  {
    name: 'pg_slru',
    age: 'slow',
    scope: 'server',
    columns: `
      label name
      counter blks_zeroed
      counter blks_hit
      counter blks_read
      counter blks_written
      counter blks_exists
      counter flushes
      counter truncates
      gauge reset_time = extract(epoch FROM stats_reset)`,
    from: 'FROM pg_stat_slru',
  },
  {
    name: 'pg_wal',
    age: 'norm',
    scope: 'server',
    versions: { first: 14, last: Number.POSITIVE_INFINITY },
    columns: `
      counter records = wal_records
      counter fpi = wal_fpi
      counter bytes = wal_bytes
      counter buffers_full = wal_buffers_full
      counter write -17 = wal_write
      counter sync -17 = wal_sync
      counter write_time -17 = wal_write_time / 1000
      counter sync_time -17 = wal_sync_time / 1000
      gauge reset_time = extract(epoch FROM stats_reset)`,
    from: 'FROM pg_stat_wal',
  },
  {
    name: 'pg_io',
    age: 'norm',
    scope: 'server',
    versions: { first: 16, last: Number.POSITIVE_INFINITY },
    columns: `
      label type = backend_type
      label object
      label context
      ${['read', 'write', 'extend']
        .map(
          (one) => `counter ${one}s = coalesce(${one}s, 0)
      counter ${one}_bytes -17 = coalesce(${one}s, 0) * coalesce(op_bytes, 0)
      counter ${one}_bytes 18- = coalesce(${one}_bytes, 0)
      counter ${one}_time = coalesce(${one}_time, 0) / 1000`,
        )
        .join('\n')}
      counter writebacks = coalesce(writebacks, 0)
      counter writeback_time = coalesce(writeback_time, 0) / 1000
      counter hits = coalesce(hits, 0)
      counter evictions = coalesce(evictions, 0)
      counter reuses = coalesce(reuses, 0)
      counter fsyncs = coalesce(fsyncs, 0)
      counter fsync_time = coalesce(fsync_time, 0) / 1000
      gauge reset_time = extract(epoch FROM stats_reset)`,
    from: 'FROM pg_stat_io',
  },
];
