import type { Page } from '../../../model/dashboard.ts';
import {
  anyOf,
  chart,
  column,
  fault,
  labelColumn,
  linkTo,
  page,
  section,
  stat,
  steps,
  table,
} from '../../../model/panels.ts';
import { anyInstance, clusterVariable, GROUP, INSTANCES } from './scope.ts';

const POOLS = `${INSTANCES},datname=~"\${datname:regex}"`;
const toInstance = { link: linkTo('pgsql-instance', 'cls', 'ins') };

export const poolPage: Page = page('pgsql-pool', 'Pool', {
  group: GROUP,
  order: 107,
  about: 'Do clients wait for a connection of pgbouncer, and how long do their queries take?',
  variables: [
    clusterVariable,
    anyInstance,
    anyOf('datname', 'Database', 'pgbouncer_pool_active_clients{cls="$cls"}'),
  ],
  sections: [
    section(
      'Now',
      stat('Queries', `sum(pgbouncer:ins:query_rate1m{${INSTANCES}})`, { unit: 'perSecond', trend: true }),
      stat('Time of a query', `max(pgbouncer:ins:query_rt_1m{${INSTANCES}})`, {
        unit: 'seconds',
        trend: true,
      }),
      stat('Active clients', `sum(pgbouncer:ins:active_clients{${INSTANCES}})`),
      stat('Waiting clients', `sum(pgbouncer:ins:waiting_clients{${INSTANCES}})`, { steps: steps(1, 10) }),
      stat('Longest wait', `max(pgbouncer:ins:maxwait{${INSTANCES}})`, {
        unit: 'seconds',
        steps: steps(1, 10),
      }),
      stat('Busiest pool', `max(pgbouncer:db:conn_usage{${POOLS}})`, {
        unit: 'ratio',
        steps: steps(0.7, 0.9),
      }),
      table(
        'Pools',
        ['ins', 'datname', 'user'],
        [
          labelColumn('Instance', 'ins', linkTo('pgsql-instance', 'cls', 'ins')),
          labelColumn('Database', 'datname'),
          labelColumn('User', 'user'),
          labelColumn('Mode', 'pool_mode'),
          column('Active clients', `pgbouncer_pool_active_clients{${POOLS}}`),
          column('Waiting clients', `pgbouncer_pool_waiting_clients{${POOLS}}`, 'none', {
            steps: steps(1, 10),
          }),
          column('Active servers', `pgbouncer_pool_active_servers{${POOLS}}`),
          column('Idle servers', `pgbouncer_pool_idle_servers{${POOLS}}`),
          column('Used servers', `pgbouncer_pool_used_servers{${POOLS}}`),
          column('Logging in', `pgbouncer_pool_login_servers{${POOLS}}`),
          column('Longest wait', `pgbouncer_pool_maxwait{${POOLS}}`, 'seconds', { steps: steps(1, 10) }),
        ],
        { rows: `pgbouncer_pool_active_clients{${POOLS}}`, sort: '-Active clients' },
      ),
      table(
        'Databases',
        ['ins', 'datname'],
        [
          labelColumn('Instance', 'ins', linkTo('pgsql-instance', 'cls', 'ins')),
          labelColumn('Database', 'datname'),
          column('Pool size', `pgbouncer:db:pool_size{${POOLS}}`),
          column('Reserve', `pgbouncer:db:pool_reserve_size{${POOLS}}`),
          column('Connections', `pgbouncer:db:pool_current_conn{${POOLS}}`),
          column('Limit', `pgbouncer:db:pool_max_conn{${POOLS}}`),
          column('Used', `pgbouncer:db:conn_usage{${POOLS}}`, 'ratio', { bar: 1, steps: steps(0.7, 0.9) }),
          column('Paused', `pgbouncer:db:pool_paused{${POOLS}}`, 'none', { texts: fault('paused', 'warn') }),
          column('Disabled', `pgbouncer:db:pool_disabled{${POOLS}}`, 'none', {
            texts: fault('disabled', 'warn'),
          }),
        ],
        { rows: `pgbouncer:db:pool_size{${POOLS}}`, sort: '-Connections' },
      ),
    ),
    section(
      'Course',
      chart(
        'Queries',
        'perSecond',
        { '{{ins}} {{datname}}': `pgbouncer:db:query_rate1m{${POOLS}}` },
        toInstance,
      ),
      chart(
        'Time of a query',
        'seconds',
        { '{{ins}} {{datname}}': `pgbouncer:db:query_rt_1m{${POOLS}}` },
        toInstance,
      ),
      chart('Queries, today and yesterday', 'perSecond', {
        today: `sum(pgbouncer:ins:query_rate1m{${INSTANCES}})`,
        yesterday: `sum(pgbouncer:ins:query_rate1m{${INSTANCES}} offset 1d)`,
      }),
      chart(
        'Transactions',
        'perSecond',
        { '{{ins}} {{datname}}': `pgbouncer:db:xact_rate1m{${POOLS}}` },
        toInstance,
      ),
      chart(
        'Time of a transaction',
        'seconds',
        { '{{ins}} {{datname}}': `pgbouncer:db:xact_rt_1m{${POOLS}}` },
        toInstance,
      ),
      chart(
        'Time waiting for a server',
        'none',
        { '{{ins}} {{datname}}': `pgbouncer:db:wait_time_rate1m{${POOLS}}` },
        { ...toInstance, help: 'Seconds that clients waited, per second.' },
      ),
      chart('Clients', 'none', {
        active: `sum(pgbouncer:ins:active_clients{${INSTANCES}})`,
        waiting: `sum(pgbouncer:ins:waiting_clients{${INSTANCES}})`,
      }),
      chart(
        'Servers',
        'none',
        {
          active: `sum(pgbouncer:ins:active_servers{${INSTANCES}})`,
          idle: `sum(pgbouncer:ins:idle_servers{${INSTANCES}})`,
          used: `sum(pgbouncer:ins:used_servers{${INSTANCES}})`,
        },
        { stacked: true },
      ),
      chart('Traffic', 'bytesPerSecond', {
        '{{ins}} in': `pgbouncer:ins:rx_rate1m{${INSTANCES}}`,
        '{{ins}} out': `pgbouncer:ins:tx_rate1m{${INSTANCES}}`,
      }),
    ),
  ],
});
