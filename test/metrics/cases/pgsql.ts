import type { AlertCase, Labels, Series, Value } from '../../support/rule-tests.ts';
import { BACKUP, cls, ins, NODE, PATRONI, PG, POOL, patroni, pg, series } from './targets.ts';

const DB = { datname: 'app' };
const WHO = 'Instance pg-test-1 (10.10.10.11)';

const DOWN: AlertCase[] = [
  {
    alert: 'PostgresDown',
    series: [pg('up', 1, 0), patroni('postgres_running', 1, 0)],
    labels: PG,
    summary: `${WHO}: PostgreSQL does not answer, pg_up is 0`,
  },
  {
    alert: 'PgExporterLoginFailed',
    series: [pg('up', 1, 0), patroni('postgres_running', 1)],
    labels: PG,
    summary: `${WHO}: PostgreSQL runs, but its exporter cannot log in, pg_up is 0: a wrong password or rule`,
  },
  {
    alert: 'PgbouncerDown',
    series: [series('pgbouncer_up', POOL, 1, 0)],
    labels: POOL,
    summary: `${WHO}: pgbouncer does not answer, pgbouncer_up is 0`,
  },
  {
    alert: 'PatroniDown',
    series: [series('up', PATRONI, 1, 0)],
    labels: PATRONI,
    summary: `${WHO}: Patroni does not answer, so that there is no failover to or from it (up is 0)`,
  },
  {
    alert: 'PostgresRestart',
    series: [pg('uptime', 1e6, 250)],
    labels: PG,
    summary: `${WHO}: PostgreSQL was started 4m 10s ago`,
  },
  {
    alert: 'PgExporterDown',
    series: [series('up', PG, 1, 0)],
    labels: PG,
    summary: `${WHO}: the exporter of PostgreSQL does not answer Prometheus, up is 0`,
  },
  {
    alert: 'PgbouncerExporterDown',
    series: [series('up', POOL, 1, 0)],
    labels: POOL,
    summary: `${WHO}: the exporter of pgbouncer does not answer Prometheus, up is 0`,
  },
  {
    alert: 'PgbackrestExporterDown',
    series: [series('up', BACKUP, 1, 0)],
    labels: BACKUP,
    summary: `${WHO}: the exporter of pgBackRest does not answer Prometheus, up is 0`,
  },
  {
    alert: 'PgExporterQueryFailed',
    series: [
      pg(
        'exporter_query_scrape_error_count',
        { rate: 0 },
        { rate: 0.1 },
        { datname: 'app', query: 'pg_table' },
      ),
    ],
    labels: { ...PG, datname: 'app', query: 'pg_table' },
    summary: `${WHO}: query pg_table of the exporter has failed about 30 times in 5 minutes`,
  },
];

const ID_LIMIT = 2 ** 31 - 1;

const WEAR: AlertCase[] = [
  {
    alert: 'PostgresXidWarpAround',
    series: [pg('db_age', 2e8, 0.9 * ID_LIMIT, DB)],
    labels: cls(PG),
    summary: 'Cluster pg-test: 90% of the transaction ids are used; near 100% it refuses writes',
  },
  {
    alert: 'PostgresMultiXidWrapAround',
    series: [pg('db_mxid_age', 2e8, 0.9 * ID_LIMIT, DB)],
    labels: cls(PG),
    summary: 'Cluster pg-test: 90% of the multixact ids are used; near 100% it refuses writes',
  },
  {
    alert: 'PostgresVacuumBehind',
    series: [pg('db_age', 1e8, 5e8, DB), pg('setting_autovacuum_freeze_max_age', 2e8), pg('in_recovery', 0)],
    labels: { ...PG, ...DB },
    summary: `${WHO}: database app has transaction ids of age 500M, which autovacuum should have frozen`,
  },
  {
    alert: 'PostgresSequenceNearEnd',
    series: [pg('seq_used_ratio', 0.5, 0.9, { ...DB, seqname: 'public.t_id_seq' }), pg('in_recovery', 0)],
    labels: { ...PG, ...DB, seqname: 'public.t_id_seq' },
    summary: `${WHO}: sequence public.t_id_seq of database app has used 90% of its values`,
  },
  {
    alert: 'PostgresChecksumFailed',
    series: [pg('db_cks_fails', 0, 3, DB)],
    labels: { ...PG, ...DB },
    summary: `${WHO}: 3 pages of database app are corrupted: their checksums are wrong`,
  },
  {
    alert: 'PostgresPressureHigh',
    series: [
      pg('up', 1),
      ...['0', '1'].map((cpu) =>
        series('node_cpu_seconds_total', { ...NODE, cpu, mode: 'idle' }, { rate: 0.9 }, { rate: 0.5 }),
      ),
      pg('db_active_time', { rate: 0.2 }, { rate: 1.8 }, DB),
      series('pgbouncer_stat_total_xact_time', { ...POOL, ...DB }, { rate: 0.1 }, { rate: 0.2 }),
    ],
    labels: { job: 'pgsql', cls: 'pg-test', ins: 'pg-test-1', ip: '10.10.10.11' },
    summary: `${WHO} is under a pressure of 90%: sessions or processors are busy`,
  },
];

const SESSIONS: AlertCase[] = [
  {
    alert: 'PostgresConnUsageHigh',
    series: [pg('db_numbackends', 10, 80, DB), pg('setting_max_connections', 100)],
    labels: ins(PG),
    summary: `${WHO}: 80% of max_connections are used`,
  },
  {
    alert: 'PostgresIdleInXact',
    series: [pg('activity_count', 0, 3, { ...DB, state: 'idle in transaction' })],
    labels: ins(PG),
    summary: `${WHO}: 3 sessions are idle in a transaction`,
  },
  {
    alert: 'PostgresLongTransaction',
    series: [pg('activity_max_tx_duration', 1, 7200, { ...DB, state: 'active' })],
    labels: { ...ins(PG), ...DB },
    summary: `${WHO}: the oldest transaction of database app is open for 2h 0m 0s`,
  },
  {
    alert: 'PostgresLockWait',
    series: [pg('blocked_max_duration', 0, 90, DB), pg('blocked_count', 0, 1, DB)],
    labels: { ...PG, ...DB },
    summary: `${WHO}: a session of database app waits for a lock for 1m 30s`,
  },
  {
    alert: 'PostgresDeadlock',
    series: [pg('db_deadlocks', { rate: 0 }, { rate: 0.1 }, DB)],
    labels: { ...PG, ...DB },
    summary: `${WHO}: about 30 deadlocks in database app in 5 minutes`,
  },
];

const POOL_USER = { ...DB, user: 'app', pool_mode: 'transaction' };
const POOL_DATABASE = { ...DB, host: '/var/run/postgresql', port: '5432', real_datname: 'app' };

function pool(name: string, well: Value, bad?: Value, labels: Labels = {}): Series {
  return series(`pgbouncer_${name}`, { ...POOL, ...labels }, well, bad);
}

const POOLS: AlertCase[] = [
  {
    alert: 'PgbouncerClientQueue',
    series: [pool('pool_waiting_clients', 0, 5, POOL_USER)],
    labels: ins(POOL),
    summary: `${WHO}: 5 clients of pgbouncer wait for a server connection`,
  },
  {
    alert: 'PgbouncerPoolFull',
    series: [
      pool('database_pool_size', 20, 20, POOL_DATABASE),
      pool('database_max_connections', 0, 0, POOL_DATABASE),
      pool('database_current_connections', 5, 20, POOL_DATABASE),
      pool('pool_waiting_clients', 0, 5, POOL_USER),
    ],
    labels: { ...ins(POOL), ...DB },
    summary: `${WHO}: the pool of database app uses 100% of its server connections, and clients wait`,
  },
  {
    alert: 'PgbouncerQuerySlow',
    series: [
      pool('stat_total_query_count', { rate: 100 }, { rate: 100 }, DB),
      pool('stat_total_query_time', { rate: 0.1 }, { rate: 5 }, DB),
    ],
    labels: { ...POOL, ...DB },
    summary: `${WHO}: a query of database app takes 50ms on average`,
  },
  {
    alert: 'PgbouncerPaused',
    series: [pool('database_paused', 0, 1, POOL_DATABASE), pool('database_disabled', 0, 0, POOL_DATABASE)],
    labels: { ...ins(POOL), ...DB },
    summary: `${WHO}: database app is paused or disabled in pgbouncer (value 1)`,
  },
];

const STANZA = { stanza: 'pg-test' };
const LAST = { ...BACKUP, ...STANZA, backup_type: 'full', block_incr: 'n' };
const DAY = 86_400;

const BACKUPS: AlertCase[] = [
  {
    alert: 'PostgresBackupTooOld',
    series: [
      series('pgbackrest_backup_since_last_completion_seconds', LAST, DAY, 2 * DAY),
      // Its schedule is weekly.
      series('pgbackrest_backup_since_last_completion_seconds', { ...LAST, stanza: 'pg-slow' }, 5 * DAY),
    ],
    labels: { job: 'pgsql', cls: 'pg-test', ...STANZA },
    summary: 'Cluster pg-test: the last backup is 2d 0h 0m 0s old, and its schedule wants a newer one',
  },
  {
    alert: 'PostgresBackupBroken',
    series: [
      series('pgbackrest_stanza_status', { ...BACKUP, ...STANZA }, 0, 2),
      // A replica whose own repository is empty.
      series(
        'pgbackrest_stanza_status',
        { ...BACKUP, ...STANZA, ins: 'pg-test-2', instance: '10.10.10.12:9854' },
        1,
      ),
    ],
    labels: { job: 'pgsql', cls: 'pg-test', ...STANZA },
    summary: 'Cluster pg-test: pgBackRest has no usable backup or repository, its status is 1',
  },
  {
    alert: 'PostgresBackupCorrupt',
    series: [series('pgbackrest_backup_last_error_status', LAST, 0, 1)],
    labels: { job: 'pgsql', cls: 'pg-test', ...STANZA },
    summary: 'Cluster pg-test: the last backup has pages with wrong checksums (error status 1)',
  },
  {
    alert: 'PgbackrestExporterFailed',
    series: [series('pgbackrest_exporter_status', { ...BACKUP, stanza: 'all-stanzas' }, 1, 0)],
    labels: { ...BACKUP, stanza: 'all-stanzas' },
    summary: `${WHO}: the exporter of pgBackRest cannot read the repository, its status is 0`,
  },
  {
    alert: 'PostgresArchiveFailing',
    series: [pg('archiver_finish_time', 500), pg('archiver_failed_time', 400, 600), pg('in_recovery', 0)],
    labels: PG,
    summary: `${WHO}: WAL is not archived since 1970-01-01 00:10:00 +0000 UTC or earlier; the disk fills up`,
  },
];

/** Servers, sessions, pools, backups. */
export const PGSQL_CASES: readonly AlertCase[] = [...DOWN, ...WEAR, ...SESSIONS, ...POOLS, ...BACKUPS];
