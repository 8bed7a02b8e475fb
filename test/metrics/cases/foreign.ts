import type { AlertCase, Labels, Series, Value } from '../../support/rule-tests.ts';
import type { RecordCase } from './records.ts';
import { cls, ins, NODE, series, without } from './targets.ts';

/* Servers outside the site, as test/metrics/site.yml has them: without Patroni, without a node, with a name for an address. */
function server(number: number, name: string): Labels {
  return {
    job: 'pgrds',
    cls: 'pg-rds',
    ins: `pg-rds-${number}`,
    ip: name,
    instance: `${name}:5432`,
    exporter: 'pg_exporter',
  };
}

const RDS = server(1, 'db.example.com');
const RDS_2 = server(2, 'db2.example.com');
const WHO = 'Instance pg-rds-1 (db.example.com)';

/** Whether the port answers, whether the login succeeds, and after how many seconds it ended. */
function login(labels: Labels, accepts: [Value, Value], up: [Value, Value], seconds: number): Series[] {
  const port = { ...labels, job: 'pgrds-port', exporter: 'blackbox' };
  const duration = { ...labels, datname: 'postgres' };
  return [
    series('probe_success', port, ...accepts),
    series('pg_up', labels, ...up),
    series('pg_exporter_server_scrape_duration', duration, 0.02, seconds),
  ];
}

const recovery = (labels: Labels, well: Value, bad: Value) => [
  series('pg_up', labels, 1),
  series('pg_in_recovery', labels, well, bad),
];

/** Further cases of alerts that have one for members. */
export const FOREIGN_CASES: readonly AlertCase[] = [
  {
    alert: 'PostgresDown',
    series: [...login(RDS, [1, 0], [1, 0], 0.001), ...login(RDS_2, [1, 1], [1, 0], 2.9)],
    labels: RDS,
    summary: `${WHO}: PostgreSQL does not answer, pg_up is 0`,
  },
  {
    // It accepts connections, and says nothing.
    alert: 'PostgresDown',
    series: login(RDS, [1, 1], [1, 0], 1.001),
    labels: RDS,
    summary: `${WHO}: PostgreSQL does not answer, pg_up is 0`,
  },
  {
    alert: 'PgExporterLoginFailed',
    series: [
      ...login(RDS, [1, 1], [1, 0], 0.01),
      ...login(RDS_2, [1, 1], [1, 0], 3.001),
      series('pg_up', server(3, 'db3.example.com'), 1, 0),
    ],
    labels: RDS,
    summary: `${WHO}: PostgreSQL runs, but its exporter cannot log in, pg_up is 0: a wrong password or rule`,
  },
  {
    alert: 'PgExporterDown',
    series: [series('up', RDS, 1, 0)],
    labels: RDS,
    summary: `${WHO}: the exporter of PostgreSQL does not answer Prometheus, up is 0`,
  },
  {
    // Replicas alone are no fault.
    alert: 'PostgresPartition',
    series: [...recovery(RDS, 1, 0), ...recovery(RDS_2, 1, 0)],
    labels: cls(RDS),
    summary:
      'Cluster pg-rds has 2 members that accept writes; it needs exactly one, and a standby cluster none',
  },
  {
    alert: 'PostgresReplicationLag',
    series: [series('pg_in_recovery', RDS, 1), series('pg_lag', RDS, 0, 20)],
    labels: { ...ins(RDS), unit: 'seconds' },
    summary: `${WHO} is 20 seconds behind its primary`,
  },
];

const APP = { datname: 'app' };
const work = (labels: Labels) => [
  series('pg_up', labels, 1),
  series('pg_db_active_time', { ...labels, ...APP }, { rate: 0.5 }),
  series('node_cpu_seconds_total', { ...NODE, cpu: '0', mode: 'idle' }, { rate: 0.2 }),
];
const managed = { ...RDS, ip: NODE.ip ?? '', instance: `${NODE.ip}:5432` };

/** With the processors of a host of the site, and without: a pressure that is not known is none. */
export const FOREIGN_RECORDS: readonly RecordCase[] = [
  { record: 'pg:cls:size', series: work(RDS), expected: [{ labels: cls(RDS), value: 1 }] },
  { record: 'ins:pressure1', series: work(RDS), expected: [] },
  {
    record: 'ins:pressure1',
    series: work(managed),
    expected: [{ labels: without(ins(managed), 'instance'), value: 0.8 }],
  },
];
