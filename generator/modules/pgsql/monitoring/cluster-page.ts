import type { Page, ValueText } from '../../../model/dashboard.ts';
import {
  alertList,
  atLeast,
  chart,
  fault,
  linkTo,
  logLines,
  page,
  section,
  stat,
  states,
  steps,
} from '../../../model/panels.ts';
import { instanceTable } from './instance-table.ts';
import { CLUSTER, clusterVariable, GROUP } from './scope.ts';

/** `pg:ins:status`: 2 for up, and 1 more for the primary. */
const STATUS: readonly ValueText[] = [
  { value: 3, text: 'primary', level: 'good' },
  { value: 2, text: 'replica', level: 'plain' },
  { value: 1, text: 'down', level: 'bad' },
  { value: 0, text: 'down', level: 'bad' },
];

const toInstance = { link: linkTo('pgsql-instance', 'cls', 'ins') };

const state = section(
  'State',
  stat('Primary', `pg_in_recovery{${CLUSTER}} == 0`, {
    label: 'ins',
    link: linkTo('pgsql-instance', 'cls', 'ins'),
  }),
  stat('Instances up', `sum(pg_up{${CLUSTER}})`, { steps: atLeast(1, 1) }),
  stat('Writable instances', `pg:cls:partition{${CLUSTER}}`, {
    help: 'Must be 1. More than one means that the cluster has split.',
    texts: [{ value: 1, text: '1', level: 'good' }],
    steps: [{ from: -1, level: 'bad' }],
  }),
  stat('Pressure', `cls:pressure1{${CLUSTER}}`, { unit: 'ratio', steps: steps(0.7, 0.9), trend: true }),
  stat('Transactions', `pg:cls:xact_total_rate1m{${CLUSTER}}`, { unit: 'perSecond', trend: true }),
  stat('Largest lag', `pg:cls:lag_bytes{${CLUSTER}}`, {
    unit: 'bytes',
    steps: steps(1024 ** 2, 64 * 1024 ** 2),
    link: linkTo('pgsql-replication', 'cls'),
  }),
  stat('Database size', `max(pg:ins:db_size{${CLUSTER}})`, {
    unit: 'bytes',
    link: linkTo('pgsql-database', 'cls'),
  }),
  stat('Backends', `pg:cls:num_backends{${CLUSTER}}`, { link: linkTo('pgsql-session', 'cls') }),
  stat('Waiting clients', `pgbouncer:cls:waiting_clients{${CLUSTER}}`, {
    steps: steps(1, 10),
    link: linkTo('pgsql-pool', 'cls'),
  }),
  stat('Failover paused', `max(patroni_is_paused{${CLUSTER}})`, { texts: fault('paused', 'warn') }),
  stat('Fail-safe mode', `max(patroni_failsafe_mode_is_active{${CLUSTER}})`, { texts: fault('active') }),
  stat('XID age', `pg:cls:age{${CLUSTER}}`, { unit: 'ratio', steps: steps(0.5, 0.8) }),
  alertList('Alerts', { cls: '$cls' }),
);

const members = section(
  'Members',
  instanceTable('Instances', CLUSTER),
  states('Roles', { expression: `pg:ins:status{${CLUSTER}}`, legend: '{{ins}}' }, STATUS, toInstance),
  chart('Timeline', 'none', { '{{ins}}': `pg:ins:timeline{${CLUSTER}}` }, { width: 6, ...toInstance }),
);

const load = section(
  'Load',
  chart('Pressure', 'ratio', { '{{ins}}': `ins:pressure1{${CLUSTER}}` }, toInstance),
  chart('CPU', 'ratio', { '{{ins}}': `pg:ins:cpu_usage{${CLUSTER}}` }, { max: 1, ...toInstance }),
  chart('Load per core', 'none', { '{{ins}}': `pg:ins:load1{${CLUSTER}}` }, toInstance),
  chart('Transactions', 'perSecond', { '{{ins}}': `pg:ins:xact_total_rate1m{${CLUSTER}}` }, toInstance),
  chart(
    'Queries through the pool',
    'perSecond',
    { '{{ins}}': `pgbouncer:ins:query_rate1m{${CLUSTER}}` },
    toInstance,
  ),
  chart(
    'Query time in the pool',
    'seconds',
    { '{{ins}}': `pgbouncer:ins:query_rt_1m{${CLUSTER}}` },
    toInstance,
  ),
  chart('Backends', 'none', { '{{ins}}': `pg:ins:num_backends{${CLUSTER}}` }, toInstance),
  chart('Active backends', 'none', { '{{ins}}': `pg:ins:active_backends{${CLUSTER}}` }, toInstance),
  chart('Idle in transaction', 'none', { '{{ins}}': `pg:ins:ixact_backends{${CLUSTER}}` }, toInstance),
);

const data = section(
  'Data',
  chart('Rows changed', 'perSecond', { '{{ins}}': `pg:ins:tup_modified_rate1m{${CLUSTER}}` }, toInstance),
  chart('Rows fetched', 'perSecond', { '{{ins}}': `pg:ins:tup_fetched_rate1m{${CLUSTER}}` }, toInstance),
  chart('Lag', 'bytes', { '{{ins}}': `pg:ins:lag_bytes{${CLUSTER}}` }, toInstance),
  chart('WAL written', 'bytesPerSecond', { '{{ins}}': `pg:ins:lsn_rate1m{${CLUSTER}}` }, toInstance),
  chart('XID age', 'ratio', { '{{ins}}': `pg:ins:age{${CLUSTER}}` }, toInstance),
  chart(
    'Space used on the data disk',
    'ratio',
    { '{{ins}}': `pg:ins:space_usage{${CLUSTER}}` },
    { max: 1, ...toInstance },
  ),
);

export const clusterPage: Page = page('pgsql-cluster', 'Cluster', {
  group: GROUP,
  order: 100,
  about: 'Is the cluster whole, who is its primary, and how much does it do?',
  variables: [clusterVariable],
  sections: [
    state,
    members,
    load,
    data,
    section('Log', logLines('Newest lines', { CLS: '$cls' }, { limit: 50 })),
  ],
});
