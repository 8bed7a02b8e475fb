import type { AlertCase, Series, Value } from '../../support/rule-tests.ts';
import { cls, ETCD, ETCD_2, ins, series } from './targets.ts';

function etcd(name: string, well: Value, bad?: Value, labels = {}): Series {
  return series(name, { ...ETCD, ...labels }, well, bad);
}

/** A histogram of ten observations a second, all below 1 ms when all is well and above 200 ms when not. */
function slow(histogram: string, labels = {}): Series[] {
  const bucket = (le: string, well: number, bad: number) =>
    etcd(`${histogram}_bucket`, { rate: well }, { rate: bad }, { ...labels, le });
  return [bucket('0.001', 10, 0), bucket('0.2', 10, 0), bucket('0.4', 10, 10), bucket('+Inf', 10, 10)];
}

export const ETCD_CASES: readonly AlertCase[] = [
  {
    alert: 'EtcdServerDown',
    series: [etcd('up', 1, 0)],
    labels: ETCD,
    summary: 'etcd etcd-1 (10.10.10.11) does not answer Prometheus, etcd_up is 0',
  },
  {
    alert: 'EtcdNoLeader',
    series: [etcd('etcd_server_has_leader', 1, 0), series('etcd_server_has_leader', ETCD_2, 1)],
    labels: cls(ETCD),
    summary: 'etcd cluster etcd: a member has no leader, etcd_server_has_leader is 0',
  },
  {
    alert: 'EtcdNoSpare',
    series: [
      etcd('up', 1, 0),
      series('up', ETCD_2, 1),
      series('up', { ...ETCD_2, ins: 'etcd-3', ip: '10.10.10.13', instance: '10.10.10.13:2379' }, 1),
    ],
    labels: cls(ETCD),
    summary: 'etcd cluster etcd: 2 of 3 members are left, and one more that is lost stops failover',
  },
  {
    alert: 'EtcdLeaderChanges',
    series: [etcd('etcd_server_leader_changes_seen_total', { rate: 0 }, { rate: 0.01 })],
    labels: cls(ETCD),
    summary: 'etcd cluster etcd: about 5.9 changes of the leader in 15 minutes',
  },
  {
    alert: 'EtcdSyncCommitSlow',
    series: slow('etcd_disk_wal_fsync_duration_seconds'),
    labels: ins(ETCD),
    summary: 'etcd etcd-1 (10.10.10.11): one of a hundred syncs to disk takes 398ms or more',
  },
  {
    alert: 'EtcdNetworkSlow',
    series: slow('etcd_network_peer_round_trip_time_seconds', { To: '8211f1d0f64f3269' }),
    labels: { ...ins(ETCD), To: '8211f1d0f64f3269' },
    summary:
      'etcd etcd-1 (10.10.10.11): one of a hundred round trips to a member takes 398ms, longer than a heartbeat',
  },
  {
    alert: 'EtcdQuotaFull',
    series: [
      etcd('etcd_mvcc_db_total_size_in_bytes', 1e9, 7.2e9),
      etcd('etcd_server_quota_backend_bytes', 8e9),
    ],
    labels: ins(ETCD),
    summary: 'etcd etcd-1 (10.10.10.11): the database has 90% of its quota; at 100% etcd refuses all writes',
  },
  {
    alert: 'EtcdFragmented',
    series: [
      etcd('etcd_mvcc_db_total_size_in_bytes', 1e9),
      etcd('etcd_mvcc_db_total_size_in_use_in_bytes', 9e8, 2.5e8),
    ],
    labels: ins(ETCD),
    summary:
      'etcd etcd-1 (10.10.10.11): 75% of the database file is free space that only a defragmentation gives back',
  },
];
