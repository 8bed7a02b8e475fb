import type { RecordingRule } from '../../../model/monitoring.ts';
import { gauge, type Level, type Ranges, rates, ratio, record } from '../../../text/recording.ts';

const EVERY = ['ins', 'cls', 'env'] as const;
const LEVELS = ['db', ...EVERY] as const;
const WINDOWS = ['1m', '5m', '15m'] as const;
const XID_LIMIT = 2 ** 31 - 1;

/** Values of each database, and their sums. */
export function databaseRules(ranges: Ranges): RecordingRule[] {
  return [
    ...transactionRules(ranges),
    ...timeRules(ranges),
    ...rowRules(ranges),
    ...blockRules(ranges),
    ...ageRules(),
    ...objectRules(ranges),
  ];
}

function upTo(...to: readonly Level[]) {
  return { namespace: 'pg', from: 'db', to };
}

function transactionRules(ranges: Ranges): RecordingRule[] {
  const family = { ...upTo(...EVERY), ranges, windows: WINDOWS };
  const counters = ['xact_commit', 'xact_rollback', 'xact_total'];
  const spread = LEVELS.flatMap((level) => [
    over('stddev_over_time', level, 'sigma15m', ranges),
    over('avg_over_time', level, 'mu15m', ranges),
  ]);
  return [...counters.flatMap((name) => rates(family, name, `pg_db_${name}`)), ...spread];
}

function over(how: string, level: string, name: string, ranges: Ranges): RecordingRule {
  const rate = `pg:${level}:xact_total_rate1m`;
  return record(`pg:${level}:xact_total_${name}`, `${how}(${rate}[${ranges['15m']}])`);
}

/** Seconds per second that sessions are connected, work, or wait in a transaction (PostgreSQL 14 and later). */
function timeRules(ranges: Ranges): RecordingRule[] {
  const family = { ...upTo('ins', 'cls'), ranges };
  return [
    ...rates(family, 'session_time', 'pg_db_session_time'),
    ...rates({ ...family, windows: WINDOWS }, 'active_time', 'pg_db_active_time'),
    ...rates(family, 'ixact_time', 'pg_db_ixact_time'),
  ];
}

function rowRules(ranges: Ranges): RecordingRule[] {
  const names = ['inserted', 'updated', 'deleted', 'returned', 'fetched', 'modified'];
  const family = { ...upTo('ins', 'cls'), ranges };
  return names.flatMap((name) => rates(family, `tup_${name}`, `pg_db_tup_${name}`));
}

/** Buffers, the time that reading and writing takes, temporary files. */
function blockRules(ranges: Ranges): RecordingRule[] {
  const family = { ...upTo('ins'), ranges };
  const blocks = ['read', 'hit', 'access'].flatMap((name) =>
    gauge(family, `blks_${name}_1m`, `rate(pg_db_blks_${name}[${ranges['1m']}])`),
  );
  const hits = ['db', 'ins'].map((level) =>
    record(`pg:${level}:blks_hit_ratio1m`, ratio(`pg:${level}:blks_hit_1m`, `pg:${level}:blks_access_1m`)),
  );
  return [
    ...blocks,
    ...hits,
    ...rates(family, 'blk_read_time_seconds', 'pg_db_blk_read_time'),
    ...rates(family, 'blk_write_time_seconds', 'pg_db_blk_write_time'),
    ...rates(family, 'temp_bytes', 'pg_db_temp_bytes'),
    ...rates(family, 'temp_files', 'pg_db_temp_files'),
  ];
}

/** Ages of transaction ids and multixact ids, as a share of what there are. */
function ageRules(): RecordingRule[] {
  const family = upTo('ins', 'cls');
  return [
    ...gauge(family, 'age', `pg_db_age / ${XID_LIMIT}`, 'max'),
    ...gauge(family, 'mxid_age', `pg_db_mxid_age / ${XID_LIMIT}`, 'max'),
    record('pg:ins:age_deriv1h', 'deriv(pg:ins:age[1h])'),
    // Seconds until the ids are used up at the speed of the last hour.
    record('pg:ins:age_exhaust', '(1 - pg:ins:age) / (pg:ins:age_deriv1h > 0)'),
  ];
}

/** Tables and statements. */
function objectRules(ranges: Ranges): RecordingRule[] {
  const perSecond = (counter: string) => `rate(${counter}[${ranges['1m']}])`;
  return [
    record('pg:table:scan_rate1m', perSecond('pg_table_tbl_scan')),
    record('pg:query:call_rate1m', perSecond('pg_query_calls')),
    record('pg:query:rt_1m', ratio(perSecond('pg_query_exec_time'), perSecond('pg_query_calls'))),
  ];
}
