import type { Page, Step } from '../../../model/dashboard.ts';
import {
  alertList,
  chart,
  column,
  labelColumn,
  linkTo,
  page,
  section,
  stat,
  states,
  steps,
  table,
  UP,
} from '../../../model/panels.ts';

const NONE_IS_GOOD: readonly Step[] = [
  { from: 0, level: 'good' },
  { from: 1, level: 'bad' },
];
const FIRING = 'ALERTS{alertstate="firing"}';
const toCluster = { link: linkTo('pgsql-cluster', 'cls') };

const now = section(
  'Now',
  stat('Clusters', 'count(count by (cls) (pg_up))'),
  stat(
    'No single primary',
    'count(pg:cls:partition{job="pgsql"} != 1 or pg:cls:partition > 1) or vector(0)',
    { steps: NONE_IS_GOOD },
  ),
  stat('Instances', 'count(pg_up)'),
  stat('Instances down', 'count(pg_up == 0) or vector(0)', { steps: NONE_IS_GOOD }),
  stat('Nodes', 'count(node_up)', { link: { page: 'node-cluster', variables: {} } }),
  stat('Nodes down', 'count(node_up == 0) or vector(0)', { steps: NONE_IS_GOOD }),
  stat('Transactions', 'sum(pg:cls:xact_total_rate1m)', { unit: 'perSecond', trend: true }),
  stat('Highest pressure', 'max(cls:pressure1)', { unit: 'ratio', steps: steps(0.7, 0.9), trend: true }),
  stat('Largest lag', 'max(pg:cls:lag_bytes)', { unit: 'bytes', steps: steps(1024 ** 2, 64 * 1024 ** 2) }),
  stat('Oldest backup', 'max(min by (cls) (pgbackrest_backup_since_last_completion_seconds))', {
    unit: 'seconds',
    steps: steps(1.5 * 86_400, 3 * 86_400),
    help: 'Of all clusters, the one whose last backup is the longest ago.',
  }),
  stat('Not as built', 'count(pigsty_agent_good == 0 unless pigsty_agent_busy == 1) or vector(0)', {
    steps: NONE_IS_GOOD,
  }),
  stat('Targets down', 'count(up == 0) or vector(0)', {
    steps: NONE_IS_GOOD,
    link: { page: 'infra', variables: {} },
  }),
  alertList('Alerts'),
);

const clusters = table(
  'Clusters',
  ['cls'],
  [
    labelColumn('Cluster', 'cls', toCluster.link),
    labelColumn(
      'Primary',
      'ins',
      linkTo('pgsql-instance', 'cls', 'ins'),
      'pg_in_recovery == 0 and pg_up == 1',
    ),
    column('Members', 'pg:cls:size'),
    column('Up', 'pg:cls:alive_count'),
    column('Primaries', 'pg:cls:partition', 'none', {
      texts: [{ value: 1, text: '1', level: 'good' }],
      steps: [{ from: 0, level: 'bad' }],
    }),
    column('Lag', 'pg:cls:lag_bytes', 'bytes', {
      steps: steps(1024 ** 2, 64 * 1024 ** 2),
      link: linkTo('pgsql-replication', 'cls'),
    }),
    column('Pressure', 'cls:pressure1', 'ratio', { bar: 1, steps: steps(0.7, 0.9) }),
    column('Transactions', 'pg:cls:xact_total_rate1m', 'perSecond'),
    column('Queries in the pool', 'pgbouncer:cls:query_rate1m', 'perSecond', {
      link: linkTo('pgsql-pool', 'cls'),
    }),
    column('Backends', 'pg:cls:num_backends', 'none', { link: linkTo('pgsql-session', 'cls') }),
    column('XID age', 'pg:cls:age', 'ratio', { bar: 1, steps: steps(0.5, 0.8) }),
    column('Backup', 'min by (cls) (pgbackrest_backup_since_last_completion_seconds)', 'seconds', {
      steps: steps(1.5 * 86_400, 3 * 86_400),
      link: linkTo('pgsql-backup', 'cls'),
    }),
    column('Alerts', `count by (cls) (${FIRING})`, 'none', { steps: [{ from: 1, level: 'bad' }] }),
  ],
  { rows: 'count by (cls) (pg_up)', sort: 'Cluster' },
);

const instances = table(
  'Instances',
  ['cls', 'ins'],
  [
    labelColumn('Instance', 'ins', linkTo('pgsql-instance', 'cls', 'ins')),
    labelColumn('Cluster', 'cls', toCluster.link),
    labelColumn('Address', 'ip', linkTo('node-instance', 'ip')),
    column('State', 'pg_up', 'none', { texts: UP }),
    column('Role', 'pg_in_recovery', 'none', {
      texts: [
        { value: 0, text: 'primary', level: 'good' },
        { value: 1, text: 'replica', level: 'plain' },
      ],
    }),
    column('Lag', 'pg:ins:lag_bytes', 'bytes', { steps: steps(1024 ** 2, 64 * 1024 ** 2) }),
    column('Pressure', 'ins:pressure1', 'ratio', { bar: 1, steps: steps(0.7, 0.9) }),
    column('Transactions', 'pg:ins:xact_total_rate1m', 'perSecond'),
    column('Connections', 'pg:ins:conn_usage', 'ratio', { bar: 1, steps: steps(0.7, 0.9) }),
    column('Running for', 'pg_uptime', 'seconds'),
  ],
  { rows: 'pg_up', sort: 'Instance' },
);

const nodes = table(
  'Nodes',
  ['ip'],
  [
    labelColumn('Node', 'ins', linkTo('node-instance', 'ip')),
    labelColumn('Address', 'ip', linkTo('node-instance', 'ip')),
    column('State', 'node_up', 'none', { texts: UP }),
    column('CPU', 'node:ins:cpu_usage_1m', 'ratio', { bar: 1, steps: steps(0.7, 0.9) }),
    column('Memory', 'node:ins:mem_usage', 'ratio', { bar: 1, steps: steps(0.85, 0.95) }),
    column('Fullest disk', 'node:ins:space_usage_max', 'ratio', { bar: 1, steps: steps(0.8, 0.9) }),
    labelColumn('Generation', 'generation', undefined, 'pigsty_agent_info'),
    column('As built', 'pigsty_agent_good', 'none', {
      texts: [
        { value: 1, text: 'good', level: 'good' },
        { value: 0, text: 'not good', level: 'bad' },
      ],
    }),
    column('Changed files', 'pigsty_agent_drift', 'none', { steps: [{ from: 1, level: 'warn' }] }),
    column('Failed units', 'pigsty_agent_failed_units', 'none', { steps: [{ from: 1, level: 'bad' }] }),
  ],
  { rows: 'node_up', sort: 'Node' },
);

export const overviewPage: Page = page('overview', 'Overview', {
  group: 'Site',
  order: 0,
  about: 'Is everything well, and where is it not?',
  variables: [],
  sections: [
    now,
    section('PostgreSQL', clusters, instances),
    section(
      'Load',
      chart('Pressure', 'ratio', { '{{cls}}': 'cls:pressure1' }, toCluster),
      chart('Transactions', 'perSecond', { '{{cls}}': 'pg:cls:xact_total_rate1m' }, toCluster),
      chart(
        'CPU of nodes',
        'ratio',
        { '{{cls}}': 'node:cls:cpu_usage' },
        { max: 1, link: linkTo('node-cluster', 'cls') },
      ),
    ),
    section(
      'Nodes and configuration store',
      nodes,
      states(
        'Members of etcd',
        { expression: 'etcd_server_is_leader', legend: '{{ins}}' },
        [
          { value: 1, text: 'leader', level: 'good' },
          { value: 0, text: 'follower', level: 'plain' },
        ],
        { link: linkTo('etcd', 'cls') },
      ),
      states('Parts of the monitoring centre', { expression: 'infra_up', legend: '{{ins}}' }, UP, {
        link: { page: 'infra', variables: {} },
      }),
    ),
  ],
});
