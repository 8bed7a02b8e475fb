import type { RecordingRule } from '../../../model/monitoring.ts';
import {
  type Family,
  foldTo,
  foldUp,
  type Ranges,
  rates,
  ratio,
  record,
  type Window,
} from '../../../text/recording.ts';

/** pgbouncer's own database, which its administrators connect to. */
const ADMIN = '{datname!="pgbouncer"}';
const WINDOWS = ['1m', '5m', '15m'] as const;
const LEVELS = ['db', 'ins', 'cls', 'env'] as const;

/** pgbouncer: SHOW DATABASES, SHOW POOLS, SHOW STATS. Times are in seconds. */
export function poolRules(ranges: Ranges): RecordingRule[] {
  return [...databaseRules(), ...clientRules(), ...trafficRules(ranges)];
}

function databaseRules(): RecordingRule[] {
  const of = (name: string, condition = '') =>
    foldTo('sum', 'ins', `pgbouncer_database_${name}${ADMIN}${condition}`, 'datname');
  const values = {
    pool_size: of('pool_size'),
    pool_reserve_size: of('reserve_pool'),
    // A database without a limit of its own has that of its pool.
    pool_max_conn: `${of('max_connections', ' > 0')} or ${of('pool_size')}`,
    pool_current_conn: of('current_connections'),
    pool_paused: of('paused'),
    pool_disabled: of('disabled'),
    conn_usage: ratio('pgbouncer:db:pool_current_conn', 'pgbouncer:db:pool_max_conn'),
    conn_usage_reserve: ratio(
      'pgbouncer:db:pool_current_conn',
      '(pgbouncer:db:pool_max_conn + pgbouncer:db:pool_reserve_size)',
    ),
  };
  return Object.entries(values).map(([name, expr]) => record(`pgbouncer:db:${name}`, expr));
}

const STATES = [
  ...['active', 'idle', 'used', 'tested', 'login'].map((state) => `${state}_servers`),
  ...['active', 'waiting'].map((state) => `${state}_clients`),
];

/** A pool is a pair of database and user. */
function clientRules(): RecordingRule[] {
  const pool = (expr: string) => foldTo('sum', 'ins', expr, 'datname', 'user');
  const fold = (name: string, how: 'sum' | 'max', expr: string) => [
    record(`pgbouncer:pool:${name}`, pool(expr)),
    record(`pgbouncer:db:${name}`, foldTo(how, 'ins', `pgbouncer:pool:${name}`, 'datname')),
    ...foldUp({ namespace: 'pgbouncer', from: 'db', to: ['ins', 'cls', 'env'] }, name, how),
  ];
  const seconds = `pgbouncer_pool_maxwait${ADMIN} + pgbouncer_pool_maxwait_us${ADMIN} / 1e6`;
  return [
    ...fold('maxwait', 'max', seconds),
    ...STATES.flatMap((name) => fold(name, 'sum', `pgbouncer_pool_${name}${ADMIN}`)),
  ];
}

function trafficRules(ranges: Ranges): RecordingRule[] {
  const family: Family = { namespace: 'pgbouncer', from: 'db', to: ['ins', 'cls', 'env'] };
  const of = (name: string) => `pgbouncer_stat_total_${name}${ADMIN}`;
  const every = { ...family, ranges, windows: WINDOWS };
  return [
    ...['xact', 'query'].flatMap((name) => [
      ...rates(every, name, of(`${name}_count`)),
      ...rates(every, `${name}_time`, of(`${name}_time`)),
      ...LEVELS.flatMap((level) => [
        ...WINDOWS.map((window) => meanTime(level, name, window)),
        record(
          `pgbouncer:${level}:${name}_sigma15m`,
          `stddev_over_time(pgbouncer:${level}:${name}_rate1m[${ranges['15m']}])`,
        ),
      ]),
    ]),
    ...rates({ ...family, ranges }, 'wait_time', of('wait_time')),
    ...rates({ ...family, ranges }, 'tx', of('sent')),
    ...rates({ ...family, ranges }, 'rx', of('received')),
  ];
}

function meanTime(level: string, name: string, window: Window): RecordingRule {
  const of = (what: string) => `pgbouncer:${level}:${what}_rate${window}`;
  return record(`pgbouncer:${level}:${name}_rt_${window}`, ratio(of(`${name}_time`), of(name)));
}
