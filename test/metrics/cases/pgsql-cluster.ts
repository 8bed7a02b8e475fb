import type { AlertCase, Labels, Series } from '../../support/rule-tests.ts';
import { cls, ins, PATRONI, PG, PG_2, patroni, pg, series } from './targets.ts';

const DB = { datname: 'app' };
const WHO = 'Instance pg-test-1 (10.10.10.11)';
const REPLICA = { ...PATRONI, ins: 'pg-test-2', ip: '10.10.10.12', instance: '10.10.10.12:8008' };

const OF_PATRONI: Labels = { ...PATRONI, scope: '/pg-test', name: 'pg-test-1' };
const OF_REPLICA: Labels = { ...REPLICA, scope: '/pg-test', name: 'pg-test-2' };

const CLUSTER: AlertCase[] = [
  {
    alert: 'PostgresPartition',
    series: [
      pg('up', 1),
      pg('in_recovery', 0),
      series('pg_up', PG_2, 1),
      series('pg_in_recovery', PG_2, 1, 0),
      // A standby cluster has no writable member.
      ...standby('pg_up', 1),
      ...standby('pg_in_recovery', 1),
    ],
    labels: cls(PG),
    summary:
      'Cluster pg-test has 2 members that accept writes; it needs exactly one, and a standby cluster none',
  },
  {
    alert: 'PostgresTimelineSplit',
    series: [pg('timeline_id', 3, 4), series('pg_timeline_id', PG_2, 3)],
    labels: cls(PG),
    summary:
      'Cluster pg-test: members are on timelines that differ by 1: one of them does not follow the primary',
  },
  {
    alert: 'PostgresNoLeader',
    series: [patroni('cluster_unlocked', 0, 1)],
    labels: cls(PATRONI),
    summary: 'Cluster pg-test has no leader for longer than pg_rto (patroni_cluster_unlocked is 1)',
  },
  {
    alert: 'PatroniStoreLost',
    series: [patroni('dcs_last_seen', { clock: 0 }, { clock: -120 })],
    labels: OF_PATRONI,
    summary: `${WHO}: Patroni has not reached etcd for 2m 0s`,
  },
  {
    alert: 'PatroniFailSafeActive',
    series: [patroni('failsafe_mode_is_active', 0, 1)],
    labels: cls(PATRONI),
    summary:
      'Cluster pg-test: Patroni cannot reach etcd and keeps the primary only while all members agree (value 1)',
  },
  {
    alert: 'PatroniPaused',
    series: [
      patroni('is_paused', 0, 1),
      // The inventory pauses this one.
      series('patroni_is_paused', { ...OF_PATRONI, cls: 'pg-slow', ins: 'pg-slow-1' }, 1),
    ],
    labels: cls(PATRONI),
    summary: 'Cluster pg-test is in maintenance mode: there is no failover (patroni_is_paused is 1)',
  },
  {
    alert: 'PostgresPendingRestart',
    series: [patroni('pending_restart', 0, 1)],
    labels: OF_PATRONI,
    summary: `${WHO}: settings wait for a restart of PostgreSQL (patroni_pending_restart is 1)`,
  },
  {
    alert: 'PostgresSyncDegraded',
    series: [
      patroni('sync_standby', 0),
      patroni('quorum_standby', 0),
      patroni('sync_standby', 1, 0, REPLICA),
      patroni('quorum_standby', 0, 0, REPLICA),
    ],
    labels: cls(PATRONI),
    summary: 'Cluster pg-test is to be synchronous, and has 0 synchronous standbys',
  },
];

function standby(name: string, value: number): Series[] {
  const labels = { ...PG, cls: 'pg-copy', ins: 'pg-copy-1', ip: '10.10.10.21', instance: '10.10.10.21:9630' };
  return [series(name, labels, value)];
}

const SENDER = { appname: 'pg-test-2', usename: 'replicator', address: '10.10.10.12', pid: '4711' };
const DELAYED = { ...PG, ins: 'pg-test-4', ip: '10.10.10.14', instance: '10.10.10.14:9630' };
const SLOT = { slot_name: 'cdc', slot_type: 'logical', plugin: 'pgoutput', ...DB };

const REPLICATION: AlertCase[] = [
  {
    alert: 'PostgresReplicationBreak',
    series: [pg('downstream_count', 2, 1, { state: 'streaming' })],
    labels: { ...PG, state: 'streaming' },
    summary: `${WHO} has lost a standby in the last 5 minutes and has 1 now`,
    minutes: { bad: 3 },
  },
  {
    alert: 'PostgresNotStreaming',
    series: [
      patroni('replica', 0),
      patroni('standby_leader', 0),
      patroni('postgres_streaming', 0),
      patroni('replica', 1, 1, REPLICA),
      patroni('standby_leader', 0, 0, REPLICA),
      patroni('postgres_streaming', 1, 0, REPLICA),
    ],
    labels: OF_REPLICA,
    summary:
      'Instance pg-test-2 (10.10.10.12): the replica does not stream from any server (patroni_replica is 1)',
  },
  {
    alert: 'PostgresReplicationLag',
    series: [
      series('pg_up', PG_2, 1),
      series('pg_up', DELAYED, 1),
      pg('repl_replay_diff', 1000, 5e6, SENDER),
      pg('repl_replay_lag', 0.01, 0.5, SENDER),
      // pg_delay of the inventory.
      pg('repl_replay_lag', 3600, 3600, { ...SENDER, appname: 'pg-test-4', pid: '4712' }),
    ],
    labels: { ...ins(PG_2), unit: 'bytes' },
    summary: 'Instance pg-test-2 (10.10.10.12) is 5M bytes behind its primary',
  },
  {
    alert: 'PostgresSlotRetainsWal',
    series: [
      pg('slot_retained_bytes', 1e6, 6 * 2 ** 30, SLOT),
      pg('setting_max_slot_wal_keep_size', 10 * 2 ** 30),
    ],
    labels: { ...PG, ...SLOT },
    summary: `${WHO}: slot cdc keeps 6GiB of WAL, more than half of max_slot_wal_keep_size`,
  },
  {
    alert: 'PostgresSlotLost',
    series: [pg('slot_wal_status', 0, 3, SLOT)],
    labels: { ...PG, ...SLOT },
    summary: `${WHO}: WAL that slot cdc needs is about to be removed or is gone (wal_status is 3)`,
  },
];

/** Leaders, replicas, slots. */
export const CLUSTER_CASES: readonly AlertCase[] = [...CLUSTER, ...REPLICATION];
