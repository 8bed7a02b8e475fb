import type { Page } from '../../../model/dashboard.ts';
import {
  alertList,
  chart,
  closedSection,
  column,
  fault,
  labelColumn,
  linkTo,
  logLines,
  page,
  section,
  stat,
  steps,
  table,
  UP,
} from '../../../model/panels.ts';
import { ROLE } from './instance-table.ts';
import { clusterVariable, GROUP, INSTANCE, instanceVariable } from './scope.ts';

const state = section(
  'State',
  stat('PostgreSQL', `pg_up{${INSTANCE}}`, { texts: UP }),
  stat('Role', `pg_in_recovery{${INSTANCE}}`, { texts: ROLE }),
  stat('Version', `pg_version{${INSTANCE}} / 10000`),
  stat('Running for', `pg_uptime{${INSTANCE}}`, { unit: 'seconds' }),
  stat('Pressure', `ins:pressure1{${INSTANCE}}`, { unit: 'ratio', steps: steps(0.7, 0.9), trend: true }),
  stat('Lag', `pg:ins:lag_bytes{${INSTANCE}}`, { unit: 'bytes', steps: steps(1024 ** 2, 64 * 1024 ** 2) }),
  stat('Node', `pg_up{${INSTANCE}} and on (ip) node_up`, {
    label: 'ip',
    link: linkTo('node-instance', 'ip'),
  }),
  stat('Patroni', `patroni_up{${INSTANCE}}`, { texts: UP }),
  stat('Pool', `pgbouncer_up{${INSTANCE}}`, { texts: UP, link: linkTo('pgsql-pool', 'cls', 'ins') }),
  stat('Timeline', `pg:ins:timeline{${INSTANCE}}`),
  stat('Restart due', `patroni_pending_restart{${INSTANCE}}`, {
    help: 'A setting has changed that takes effect at the next restart.',
    texts: fault('yes', 'warn'),
  }),
  stat('Patroni saw the store', `time() - patroni_dcs_last_seen{${INSTANCE}}`, {
    help: 'Seconds since Patroni has last read from the configuration store.',
    unit: 'seconds',
    steps: steps(30, 60),
  }),
  alertList('Alerts', { ins: '$ins' }),
);

const load = section(
  'Load',
  chart('Pressure', 'ratio', {
    pressure: `ins:pressure1{${INSTANCE}}`,
    CPU: `pg:ins:cpu_usage{${INSTANCE}}`,
  }),
  chart('Transactions', 'perSecond', {
    commit: `pg:ins:xact_commit_rate1m{${INSTANCE}}`,
    rollback: `pg:ins:xact_rollback_rate1m{${INSTANCE}}`,
  }),
  chart('Time of a query', 'seconds', {
    query: `pgbouncer:ins:query_rt_1m{${INSTANCE}}`,
    transaction: `pgbouncer:ins:xact_rt_1m{${INSTANCE}}`,
  }),
  chart(
    'Sessions by state',
    'none',
    { '{{state}}': `sum by (state) (pg_activity_count{${INSTANCE}})` },
    { stacked: true, link: linkTo('pgsql-session', 'cls') },
  ),
  chart('Rows read', 'perSecond', {
    returned: `pg:ins:tup_returned_rate1m{${INSTANCE}}`,
    fetched: `pg:ins:tup_fetched_rate1m{${INSTANCE}}`,
  }),
  chart('Rows changed', 'perSecond', {
    inserted: `pg:ins:tup_inserted_rate1m{${INSTANCE}}`,
    updated: `pg:ins:tup_updated_rate1m{${INSTANCE}}`,
    deleted: `pg:ins:tup_deleted_rate1m{${INSTANCE}}`,
  }),
  chart(
    'Found in shared buffers',
    'ratio',
    { 'hit ratio': `pg:ins:blks_hit_ratio1m{${INSTANCE}}` },
    { max: 1 },
  ),
  chart('Blocks', 'perSecond', {
    read: `pg:ins:blks_read_1m{${INSTANCE}}`,
    hit: `pg:ins:blks_hit_1m{${INSTANCE}}`,
  }),
  chart('Locks', 'none', {
    read: `pg:ins:rlock_count{${INSTANCE}}`,
    write: `pg:ins:wlock_count{${INSTANCE}}`,
    exclusive: `pg:ins:xlock_count{${INSTANCE}}`,
  }),
);

const databases = section(
  'Databases',
  table(
    'Databases',
    ['datname'],
    [
      labelColumn('Database', 'datname', linkTo('pgsql-database', 'cls', 'ins', 'datname')),
      column('Size', `pg_size_bytes{${INSTANCE},datname!~"wal|log"}`, 'bytes'),
      column('Transactions', `pg:db:xact_total_rate1m{${INSTANCE}}`, 'perSecond'),
      column('Backends', `pg_db_numbackends{${INSTANCE}}`),
      column('Rows changed', `pg:db:tup_modified_rate1m{${INSTANCE}}`, 'perSecond'),
      column('In buffers', `pg:db:blks_hit_ratio1m{${INSTANCE}}`, 'ratio', { bar: 1 }),
      column('XID age', `pg:db:age{${INSTANCE}}`, 'ratio', { bar: 1, steps: steps(0.5, 0.8) }),
      column('Deadlocks', `increase(pg_db_deadlocks{${INSTANCE}}[1h])`, 'none', {
        steps: [{ from: 1, level: 'warn' }],
      }),
      column('Temporary files', `increase(pg_db_temp_bytes{${INSTANCE}}[1h])`, 'bytes'),
    ],
    {
      rows: `pg_db_xact_commit{${INSTANCE}}`,
      sort: '-Transactions',
      help: 'Deadlocks and temporary files of the last hour.',
    },
  ),
);

const setting = (title: string, name: string, unit: 'none' | 'bytes' | 'seconds' = 'none') =>
  stat(title, `pg_setting_${name}{${INSTANCE}}`, { unit });

const settings = closedSection(
  'Settings',
  setting('max_connections', 'max_connections'),
  setting('shared_buffers', 'shared_buffers', 'bytes'),
  setting('work_mem', 'work_mem', 'bytes'),
  setting('maintenance_work_mem', 'maintenance_work_mem', 'bytes'),
  setting('effective_cache_size', 'effective_cache_size', 'bytes'),
  setting('max_wal_size', 'max_wal_size', 'bytes'),
  setting('max_worker_processes', 'max_worker_processes'),
  setting('max_parallel_workers', 'max_parallel_workers'),
  setting('max_wal_senders', 'max_wal_senders'),
  setting('max_replication_slots', 'max_replication_slots'),
  setting('max_slot_wal_keep_size', 'max_slot_wal_keep_size', 'bytes'),
  setting('Data checksums', 'data_checksums'),
);

export const instancePage: Page = page('pgsql-instance', 'Instance', {
  group: GROUP,
  order: 101,
  about: 'Is this PostgreSQL well, and what does it do?',
  variables: [clusterVariable, instanceVariable],
  sections: [
    state,
    load,
    databases,
    settings,
    section('Log', logLines('Newest lines', { INS: '$ins' }, { limit: 50 })),
  ],
});
