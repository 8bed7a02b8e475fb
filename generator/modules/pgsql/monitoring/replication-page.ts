import type { Page, ValueText } from '../../../model/dashboard.ts';
import {
  chart,
  column,
  fault,
  labelColumn,
  linkTo,
  page,
  section,
  stat,
  states,
  steps,
  table,
  YES,
} from '../../../model/panels.ts';
import { CLUSTER, clusterVariable, GROUP } from './scope.ts';

const toInstance = { link: linkTo('pgsql-instance', 'cls', 'ins') };
const LAG = steps(1024 ** 2, 64 * 1024 ** 2);

/** `sync_state` of a sender as the exporter numbers it. */
const SYNC: readonly ValueText[] = [
  { value: 0, text: 'async', level: 'plain' },
  { value: 1, text: 'potential', level: 'plain' },
  { value: 2, text: 'sync', level: 'good' },
  { value: 3, text: 'quorum', level: 'good' },
];

const SENDER = ['ins', 'appname', 'pid'];

export const replicationPage: Page = page('pgsql-replication', 'Replication', {
  group: GROUP,
  order: 106,
  about: 'Do replicas follow, what would a failover lose, and does a slot hold WAL?',
  variables: [clusterVariable],
  sections: [
    section(
      'Now',
      stat('Primary', `pg_in_recovery{${CLUSTER}} == 0`, {
        label: 'ins',
        link: linkTo('pgsql-instance', 'cls', 'ins'),
      }),
      stat('Streaming', `sum(pg_downstream_count{${CLUSTER},state="streaming"}) or vector(0)`, {
        help: 'Receivers that stream WAL from a member.',
      }),
      stat('Largest lag', `pg:cls:lag_bytes{${CLUSTER}}`, { unit: 'bytes', steps: LAG, trend: true }),
      stat('Longest lag', `pg:cls:lag_seconds{${CLUSTER}}`, {
        unit: 'seconds',
        steps: steps(1, 30),
        trend: true,
      }),
      stat('Held by slots', `max(pg:ins:slot_retained_bytes{${CLUSTER}})`, {
        unit: 'bytes',
        steps: steps(1024 ** 3, 10 * 1024 ** 3),
      }),
      stat('Synchronous', `max(pg_sync_standby_enabled{${CLUSTER}})`, { texts: YES }),
      table(
        'Receivers',
        SENDER,
        [
          labelColumn('Receiver', 'appname'),
          labelColumn('Address', 'address'),
          labelColumn('Sender', 'ins', linkTo('pgsql-instance', 'cls', 'ins')),
          labelColumn('User', 'usename'),
          column('Kind', `pg_repl_sync_state{${CLUSTER}}`, 'none', { texts: SYNC }),
          column('Not sent', `pg_repl_sent_diff{${CLUSTER}}`, 'bytes', { steps: LAG }),
          column('Not written', `pg_repl_write_diff{${CLUSTER}}`, 'bytes', { steps: LAG }),
          column('Not flushed', `pg_repl_flush_diff{${CLUSTER}}`, 'bytes', { steps: LAG }),
          column('Not replayed', `pg_repl_replay_diff{${CLUSTER}}`, 'bytes', { steps: LAG }),
          column('Replay lag', `pg_repl_replay_lag{${CLUSTER}}`, 'seconds', { steps: steps(1, 30) }),
        ],
        { rows: `pg_repl_replay_diff{${CLUSTER}}`, sort: '-Not replayed' },
      ),
    ),
    section(
      'Slots',
      table(
        'Replication slots',
        ['ins', 'slot_name'],
        [
          labelColumn('Slot', 'slot_name'),
          labelColumn('Instance', 'ins', linkTo('pgsql-instance', 'cls', 'ins')),
          labelColumn('Kind', 'slot_type'),
          labelColumn('Plugin', 'plugin'),
          labelColumn('Database', 'datname'),
          column('In use', `pg_slot_active{${CLUSTER}}`, 'none', {
            texts: [
              { value: 1, text: 'yes', level: 'good' },
              { value: 0, text: 'no', level: 'warn' },
            ],
          }),
          column('Holds', `pg_slot_retained_bytes{${CLUSTER}}`, 'bytes', {
            steps: steps(1024 ** 3, 10 * 1024 ** 3),
          }),
          column('Left until lost', `pg_slot_safe_wal_size{${CLUSTER}}`, 'bytes'),
          column('Spilled', `rate(pg_slot_spill_bytes{${CLUSTER}}[5m])`, 'bytesPerSecond'),
        ],
        { rows: `pg_slot_retained_bytes{${CLUSTER}}`, sort: '-Holds' },
      ),
    ),
    section(
      'Course',
      chart('Lag, as the sender sees it', 'bytes', { '{{ins}}': `pg:ins:lag_bytes{${CLUSTER}}` }, toInstance),
      chart('Lag in time', 'seconds', { '{{ins}}': `pg:ins:lag_seconds{${CLUSTER}}` }, toInstance),
      chart(
        'Lag, as the replica sees it',
        'seconds',
        { '{{ins}}': `pg_lag{${CLUSTER}}` },
        { ...toInstance, help: 'Age of the last replayed transaction; it grows where nothing is written.' },
      ),
      chart('WAL position', 'bytesPerSecond', { '{{ins}}': `pg:ins:lsn_rate1m{${CLUSTER}}` }, toInstance),
      chart(
        'Held by slots',
        'bytes',
        { '{{ins}} {{slot_name}}': `pg_slot_retained_bytes{${CLUSTER}}` },
        toInstance,
      ),
      chart(
        'Conflicts with recovery',
        'none',
        { '{{ins}} {{datname}}': `increase(pg_db_conflicts{${CLUSTER}}[5m])` },
        toInstance,
      ),
      states(
        'Sends to replicas',
        { expression: `pg:cls:sender{${CLUSTER}} > bool 0`, legend: '{{ins}}' },
        [{ value: 1, text: 'sends', level: 'good' }],
        toInstance,
      ),
      states(
        'Receives from',
        { expression: `pg:cls:receiver{${CLUSTER}} > bool 0`, legend: '{{ins}} {{sender_host}}' },
        [
          { value: 1, text: 'streams', level: 'good' },
          { value: 0, text: 'does not stream', level: 'bad' },
        ],
        toInstance,
      ),
      states(
        'Replay paused',
        { expression: `pg_is_wal_replay_paused{${CLUSTER}}`, legend: '{{ins}}' },
        fault('paused', 'warn'),
        toInstance,
      ),
      states(
        'Synchronous standby',
        { expression: `patroni_sync_standby{${CLUSTER}}`, legend: '{{ins}}' },
        [
          { value: 1, text: 'synchronous', level: 'good' },
          { value: 0, text: 'asynchronous', level: 'plain' },
        ],
        toInstance,
      ),
    ),
    section(
      'Logical replication',
      chart('Published tables', 'none', {
        '{{datname}} {{pubname}}': `max by (datname, pubname) (pg_pubrel_count{${CLUSTER}})`,
      }),
      chart('Subscribed tables', 'none', {
        '{{datname}} {{subname}} {{state}}': `max by (datname, subname, state) (pg_subrel_count{${CLUSTER}})`,
      }),
    ),
  ],
});
