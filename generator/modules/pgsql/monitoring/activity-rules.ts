import type { RecordingRule } from '../../../model/monitoring.ts';
import { foldTo, foldUp, gauge, record } from '../../../text/recording.ts';

const FAMILY = { namespace: 'pg', from: 'db', to: ['ins', 'cls'] } as const;

/** Locks by what they conflict with, and sessions by what they do. */
export function activityRules(): RecordingRule[] {
  return [...lockRules(), ...sessionRules()];
}

const LOCKS = {
  lock_count: '',
  rlock_count: '{mode="AccessShareLock"}',
  wlock_count: '{mode=~"RowShareLock|RowExclusiveLock"}',
  xlock_count: '{mode!~"AccessShareLock|RowShareLock|RowExclusiveLock"}',
};

function lockRules(): RecordingRule[] {
  return Object.entries(LOCKS).flatMap(([name, selector]) =>
    gauge(FAMILY, name, foldTo('sum', 'ins', `pg_lock_count${selector}`, 'datname')),
  );
}

function sessionRules(): RecordingRule[] {
  const sessions = (states: string) =>
    foldTo('sum', 'ins', `pg_activity_count{state=~"${states}"}`, 'datname');
  return [
    ...gauge(FAMILY, 'num_backends', foldTo('sum', 'ins', 'pg_db_numbackends', 'datname')),
    ...gauge(FAMILY, 'active_backends', sessions('active')),
    ...gauge(FAMILY, 'ixact_backends', sessions('idle in transaction.*')),
    record('pg:db:conn_limit', foldTo('max', 'ins', 'pg_db_conn_limit > 0', 'datname')),
    record('pg:ins:conn_limit', foldTo('max', 'ins', 'pg_setting_max_connections')),
    ...foldUp({ namespace: 'pg', from: 'ins', to: ['cls'] }, 'conn_limit'),
    ...['db', 'ins', 'cls'].map((level) =>
      record(`pg:${level}:conn_usage`, `pg:${level}:num_backends / pg:${level}:conn_limit`),
    ),
  ];
}

/** Bytes on disk: pg_size has WAL and logs beside the databases. */
export function sizeRules(): RecordingRule[] {
  const family = { namespace: 'pg', from: 'ins', to: ['cls'] } as const;
  const size = (name: string, selector: string) =>
    gauge(family, name, foldTo('sum', 'ins', `pg_size_bytes${selector}`), 'max');
  return [
    ...size('db_size', '{datname!~"wal|log"}'),
    ...size('wal_size', '{datname="wal"}'),
    ...size('log_size', '{datname="log"}'),
    ...size('file_size', ''),
  ];
}
