import type { Page } from '../../../model/dashboard.ts';
import {
  bars,
  chart,
  column,
  labelColumn,
  linkTo,
  page,
  section,
  stat,
  steps,
  table,
} from '../../../model/panels.ts';
import { anyDatabase, anyInstance, clusterVariable, DATABASES, GROUP, INSTANCES } from './scope.ts';

const byState = (metric: string) => `by (ins, datname, state) (${metric}{${DATABASES}})`;
const toInstance = { link: linkTo('pgsql-instance', 'cls', 'ins') };

export const sessionPage: Page = page('pgsql-session', 'Sessions and locks', {
  group: GROUP,
  order: 105,
  about: 'Who is connected, what do sessions wait for, and which transactions hold others up?',
  variables: [clusterVariable, anyInstance, anyDatabase],
  sections: [
    section(
      'Now',
      stat('Connections used', `max(pg:ins:conn_usage{${INSTANCES}})`, {
        unit: 'ratio',
        steps: steps(0.7, 0.9),
      }),
      stat('Active', `sum(pg_activity_count{${DATABASES},state="active"})`, { trend: true }),
      stat('Idle in transaction', `sum(pg_activity_count{${DATABASES},state=~"idle in transaction.*"})`, {
        steps: steps(2, 10),
      }),
      stat('Longest transaction', `max(pg_activity_max_tx_duration{${DATABASES}})`, {
        unit: 'seconds',
        steps: steps(300, 3600),
      }),
      stat('Longest statement', `max(pg_activity_max_duration{${DATABASES},state="active"})`, {
        unit: 'seconds',
        steps: steps(60, 600),
      }),
      stat('Waiting for locks', `sum(pg_blocked_count{${DATABASES}})`, { steps: steps(1, 5) }),
      table(
        'Sessions',
        ['ins', 'datname', 'state'],
        [
          labelColumn('Instance', 'ins', linkTo('pgsql-instance', 'cls', 'ins')),
          labelColumn('Database', 'datname', linkTo('pgsql-database', 'cls', 'datname')),
          labelColumn('State', 'state'),
          column('Sessions', `sum ${byState('pg_activity_count')}`),
          column('Longest in this state', `max ${byState('pg_activity_max_duration')}`, 'seconds'),
          column('Oldest transaction', `max ${byState('pg_activity_max_tx_duration')}`, 'seconds', {
            steps: steps(300, 3600),
          }),
          column('Oldest connection', `max ${byState('pg_activity_max_conn_duration')}`, 'seconds'),
        ],
        { rows: `sum ${byState('pg_activity_count')} > 0`, sort: '-Sessions' },
      ),
    ),
    section(
      'Sessions',
      chart(
        'By state',
        'none',
        { '{{state}}': `sum by (state) (pg_activity_count{${DATABASES}})` },
        { stacked: true },
      ),
      chart('By instance', 'none', { '{{ins}}': `pg:ins:num_backends{${INSTANCES}}` }, toInstance),
      chart(
        'By kind of process',
        'none',
        { '{{type}}': `sum by (type) (pg_backend_count{${INSTANCES}})` },
        { stacked: true },
      ),
      chart(
        'Oldest transaction',
        'seconds',
        { '{{ins}}': `max by (cls, ins) (pg_activity_max_tx_duration{${DATABASES}})` },
        toInstance,
      ),
      chart(
        'Time in active sessions',
        'none',
        { '{{ins}}': `pg:ins:active_time_rate1m{${INSTANCES}}` },
        { ...toInstance, help: 'Seconds of activity per second: the mean number of busy sessions.' },
      ),
      chart(
        'Time idle in transaction',
        'none',
        { '{{ins}}': `pg:ins:ixact_time_rate1m{${INSTANCES}}` },
        toInstance,
      ),
      chart(
        'New sessions',
        'perSecond',
        { '{{ins}}': `sum by (cls, ins) (rate(pg_db_sessions{${DATABASES}}[5m]))` },
        toInstance,
      ),
      chart('Sessions that ended badly', 'perSecond', {
        abandoned: `sum(rate(pg_db_sessions_abandoned{${DATABASES}}[5m]))`,
        fatal: `sum(rate(pg_db_sessions_fatal{${DATABASES}}[5m]))`,
        killed: `sum(rate(pg_db_sessions_killed{${DATABASES}}[5m]))`,
      }),
      bars(
        'Waits',
        { expression: `topk(12, sum by (event) (pg_wait_count{${DATABASES}}))`, legend: '{{event}}' },
        'none',
        { help: 'Sessions by what they wait for.' },
      ),
    ),
    section(
      'Locks',
      chart(
        'By mode',
        'none',
        { '{{mode}}': `sum by (mode) (pg_lock_count{${DATABASES}})` },
        { stacked: true },
      ),
      chart(
        'Sessions that wait for a lock',
        'none',
        { '{{ins}} {{datname}}': `pg_blocked_count{${DATABASES}}` },
        toInstance,
      ),
      chart(
        'Longest wait for a lock',
        'seconds',
        { '{{ins}} {{datname}}': `pg_blocked_max_duration{${DATABASES}}` },
        toInstance,
      ),
      chart('Deadlocks', 'none', { '{{ins}} {{datname}}': `increase(pg_db_deadlocks{${DATABASES}}[5m])` }),
      chart('Commits', 'perSecond', { '{{ins}}': `pg:ins:xact_commit_rate1m{${INSTANCES}}` }, toInstance),
      chart(
        'Spread of transactions',
        'ratio',
        { '{{ins}}': `pg:ins:xact_total_sigma15m{${INSTANCES}} / pg:ins:xact_total_mu15m{${INSTANCES}}` },
        {
          ...toInstance,
          help: 'Standard deviation of 15 minutes, as a part of the mean: how uneven the load is.',
        },
      ),
      chart(
        'Rolled back',
        'ratio',
        { '{{ins}}': `pg:ins:xact_rollback_rate1m{${INSTANCES}} / pg:ins:xact_total_rate1m{${INSTANCES}}` },
        toInstance,
      ),
      chart(
        'Transactions that hold back vacuum',
        'none',
        { '{{ins}}': `pg_xact_xmax{${INSTANCES}} - pg_xact_xmin{${INSTANCES}}` },
        { ...toInstance, help: 'Distance from the oldest running transaction to the next one.' },
      ),
    ),
  ],
});
