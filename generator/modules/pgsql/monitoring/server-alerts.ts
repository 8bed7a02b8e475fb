import { type Alert, CLUSTER, INSTANCE, NUMBER, PERCENT, SECONDS } from '../../../text/alerting.ts';
import { selectors } from '../../../text/selector.ts';
import { JOB, PORT_JOB } from '../monitor/foreign-exporters.ts';
import type { PgsqlLimits } from './limits.ts';

/** Alerts about one server: whether it answers, its ids, its data, its exporters. */
export function serverAlerts({ loginSeconds }: PgsqlLimits): Alert[] {
  const runs = [RUNS, ...refusals(loginSeconds)];
  return [...downAlerts(runs), ...exporterAlerts(runs), ...wearAlerts()];
}

/** Patroni connects as another user than the exporter, by the socket: what it reaches does run. */
const RUNS = 'on (cls, ins) patroni_postgres_running == 1';

/**
 * A server outside the site that accepts connections, and ends the exporter's before its time is over: it refuses the login. One
 * that hangs accepts connections as well, but says nothing.
 */
function refusals(loginSeconds: PgsqlLimits['loginSeconds']): string[] {
  const accepts = `on (cls, ins) probe_success{job="${PORT_JOB}"} == 1`;
  return selectors('ins', loginSeconds).map(({ value, selector }) => {
    const labels = [`job="${JOB}"`, ...(selector === '' ? [] : [selector])].join(', ');
    return `on (cls, ins) (max by (cls, ins) (pg_exporter_server_scrape_duration{${labels}}) < ${value} and ${accepts})`;
  });
}

function downAlerts(runs: readonly string[]): Alert[] {
  return [
    {
      alert: 'PostgresDown',
      expr: ['pg_up < 1', ...runs].join(' unless '),
      for: '1m',
      level: 0,
      summary: `${INSTANCE}: PostgreSQL does not answer, pg_up is {{ $value }}`,
    },
    {
      alert: 'PgbouncerDown',
      expr: 'pgbouncer_up < 1',
      for: '1m',
      level: 0,
      summary: `${INSTANCE}: pgbouncer does not answer, pgbouncer_up is {{ $value }}`,
    },
    {
      alert: 'PatroniDown',
      expr: 'patroni_up < 1',
      for: '1m',
      level: 0,
      summary: `${INSTANCE}: Patroni does not answer, so that there is no failover to or from it (up is {{ $value }})`,
    },
    {
      alert: 'PostgresRestart',
      expr: 'pg_uptime < 300',
      for: '1m',
      level: 1,
      summary: `${INSTANCE}: PostgreSQL was started ${SECONDS} ago`,
    },
  ];
}

function exporterAlerts(runs: readonly string[]): Alert[] {
  const down = (alert: string, metric: string, what: string): Alert => ({
    alert,
    expr: `${metric} < 1`,
    for: '1m',
    level: 1,
    summary: `${INSTANCE}: ${what} does not answer Prometheus, up is {{ $value }}`,
  });
  return [
    down('PgExporterDown', 'pg_exporter_agent_up', 'the exporter of PostgreSQL'),
    down('PgbouncerExporterDown', 'pgbouncer_exporter_agent_up', 'the exporter of pgbouncer'),
    down('PgbackrestExporterDown', 'pgbackrest_exporter_up', 'the exporter of pgBackRest'),
    {
      alert: 'PgExporterLoginFailed',
      expr: runs.map((one) => `pg_up < 1 and ${one}`).join(' or '),
      for: '1m',
      level: 1,
      summary: `${INSTANCE}: PostgreSQL runs, but its exporter cannot log in, pg_up is {{ $value }}: a wrong password or rule`,
    },
    {
      alert: 'PgExporterQueryFailed',
      expr: 'increase(pg_exporter_query_scrape_error_count[5m]) > 0 or increase(pgbouncer_exporter_query_scrape_error_count[5m]) > 0',
      for: '5m',
      level: 2,
      summary: `${INSTANCE}: query {{ $labels.query }} of the exporter has failed about ${NUMBER} times in 5 minutes`,
    },
  ];
}

function wearAlerts(): Alert[] {
  const behind = 'on (ins, instance) group_left () (2 * pg_setting_autovacuum_freeze_max_age)';
  return [
    {
      alert: 'PostgresXidWarpAround',
      expr: 'pg:cls:age > 0.8',
      for: '1m',
      level: 0,
      summary: `${CLUSTER}: ${PERCENT} of the transaction ids are used; near 100% it refuses writes`,
    },
    {
      alert: 'PostgresMultiXidWrapAround',
      expr: 'pg:cls:mxid_age > 0.8',
      for: '1m',
      level: 0,
      summary: `${CLUSTER}: ${PERCENT} of the multixact ids are used; near 100% it refuses writes`,
    },
    {
      alert: 'PostgresVacuumBehind',
      expr: `pg_db_age > ${behind} unless on (ins, instance) pg_in_recovery == 1`,
      for: '10m',
      level: 1,
      summary: `${INSTANCE}: database {{ $labels.datname }} has transaction ids of age ${NUMBER}, which autovacuum should have frozen`,
    },
    {
      alert: 'PostgresSequenceNearEnd',
      expr: 'pg_seq_used_ratio > 0.8 unless on (ins, instance) pg_in_recovery == 1',
      for: '1m',
      level: 1,
      summary: `${INSTANCE}: sequence {{ $labels.seqname }} of database {{ $labels.datname }} has used ${PERCENT} of its values`,
    },
    {
      alert: 'PostgresChecksumFailed',
      expr: 'pg_db_cks_fails > 0',
      level: 0,
      summary: `${INSTANCE}: {{ $value }} pages of database {{ $labels.datname }} are corrupted: their checksums are wrong`,
    },
    {
      alert: 'PostgresPressureHigh',
      expr: 'ins:pressure1 > 0.7',
      for: '1m',
      level: 1,
      summary: `${INSTANCE} is under a pressure of ${PERCENT}: sessions or processors are busy`,
    },
  ];
}
