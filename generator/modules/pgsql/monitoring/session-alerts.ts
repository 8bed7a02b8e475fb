import { type Alert, INSTANCE, NUMBER, PERCENT, SECONDS } from '../../../text/alerting.ts';

const HOUR = 3600;

/** Alerts about clients: connections, transactions, locks, the pool. */
export function sessionAlerts(): Alert[] {
  return [...serverSessionAlerts(), ...poolAlerts()];
}

function serverSessionAlerts(): Alert[] {
  return [
    {
      alert: 'PostgresConnUsageHigh',
      expr: 'pg:ins:conn_usage > 0.7',
      for: '3m',
      level: 1,
      summary: `${INSTANCE}: ${PERCENT} of max_connections are used`,
    },
    {
      alert: 'PostgresIdleInXact',
      expr: 'pg:ins:ixact_backends > 1',
      for: '3m',
      level: 2,
      summary: `${INSTANCE}: {{ $value }} sessions are idle in a transaction`,
    },
    {
      alert: 'PostgresLongTransaction',
      expr: `max by (job, cls, ins, ip, instance, datname) (pg_activity_max_tx_duration) > ${HOUR}`,
      for: '1m',
      level: 1,
      summary: `${INSTANCE}: the oldest transaction of database {{ $labels.datname }} is open for ${SECONDS}`,
    },
    {
      alert: 'PostgresLockWait',
      expr: 'pg_blocked_max_duration > 60 and on (ins, instance, datname) pg_blocked_count > 0',
      level: 1,
      summary: `${INSTANCE}: a session of database {{ $labels.datname }} waits for a lock for ${SECONDS}`,
    },
    {
      alert: 'PostgresDeadlock',
      expr: 'increase(pg_db_deadlocks[5m]) > 0',
      level: 2,
      summary: `${INSTANCE}: about ${NUMBER} deadlocks in database {{ $labels.datname }} in 5 minutes`,
    },
  ];
}

function poolAlerts(): Alert[] {
  return [
    {
      alert: 'PgbouncerClientQueue',
      expr: 'pgbouncer:ins:waiting_clients > 1',
      for: '1m',
      level: 0,
      summary: `${INSTANCE}: {{ $value }} clients of pgbouncer wait for a server connection`,
    },
    {
      alert: 'PgbouncerPoolFull',
      // Each pair of database and user has a pool of this size.
      expr: 'pgbouncer:db:pool_current_conn / pgbouncer:db:pool_size >= 1 and pgbouncer:db:waiting_clients > 0',
      for: '1m',
      level: 1,
      summary: `${INSTANCE}: the pool of database {{ $labels.datname }} uses ${PERCENT} of its server connections, and clients wait`,
    },
    {
      alert: 'PgbouncerQuerySlow',
      expr: 'pgbouncer:db:query_rt_1m > 0.016',
      for: '3m',
      level: 1,
      summary: `${INSTANCE}: a query of database {{ $labels.datname }} takes ${SECONDS} on average`,
    },
    {
      alert: 'PgbouncerPaused',
      expr: 'pgbouncer:db:pool_paused > 0 or pgbouncer:db:pool_disabled > 0',
      for: '5m',
      level: 1,
      summary: `${INSTANCE}: database {{ $labels.datname }} is paused or disabled in pgbouncer (value {{ $value }})`,
    },
  ];
}
