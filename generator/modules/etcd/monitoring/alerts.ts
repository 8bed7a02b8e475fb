import type { RuleGroup } from '../../../model/monitoring.ts';
import { type Alert, alertGroup, NUMBER, PERCENT, SECONDS } from '../../../text/alerting.ts';

const MEMBER = 'etcd {{ $labels.ins }} ({{ $labels.ip }})';

/** What thresholds depend on. */
export type EtcdLimits = { readonly members: number; readonly heartbeatSeconds: number };

/** Alerts about etcd (monitoring.md, section 1.5). */
export function etcdAlerts(limits: EtcdLimits): RuleGroup[] {
  const alerts = [...memberAlerts(limits), ...speedAlerts(limits), ...spaceAlerts()];
  return [alertGroup('etcd-alerts', 'etcd', alerts)];
}

function memberAlerts({ members }: EtcdLimits): Alert[] {
  return [
    {
      alert: 'EtcdServerDown',
      expr: 'etcd_up < 1',
      for: '1m',
      level: 0,
      summary: `${MEMBER} does not answer Prometheus, etcd_up is {{ $value }}`,
    },
    {
      alert: 'EtcdNoLeader',
      expr: 'etcd:cls:has_leader < 1',
      for: '15s',
      level: 0,
      summary:
        'etcd cluster {{ $labels.cls }}: a member has no leader, etcd_server_has_leader is {{ $value }}',
    },
    ...spareAlerts(members),
    {
      alert: 'EtcdLeaderChanges',
      expr: 'max by (job, cls) (increase(etcd_server_leader_changes_seen_total[15m])) > 3',
      level: 1,
      summary: `etcd cluster {{ $labels.cls }}: about ${NUMBER} changes of the leader in 15 minutes`,
    },
  ];
}

/** One or two members have no spare one. */
function spareAlerts(members: number): Alert[] {
  const majority = Math.floor(members / 2) + 1;
  if (members <= 2) return [];
  return [
    {
      alert: 'EtcdNoSpare',
      expr: `sum by (job, cls) (etcd_up) <= ${majority}`,
      for: '1m',
      level: 1,
      summary: `etcd cluster {{ $labels.cls }}: {{ $value }} of ${members} members are left, and one more that is lost stops failover`,
    },
  ];
}

function speedAlerts({ heartbeatSeconds }: EtcdLimits): Alert[] {
  return [
    {
      alert: 'EtcdSyncCommitSlow',
      expr: 'etcd:ins:disk_fsync_rt_p99_5m > 0.1 or etcd:ins:backend_commit_rt_p99_5m > 0.1',
      for: '1m',
      level: 1,
      summary: `${MEMBER}: one of a hundred syncs to disk takes ${SECONDS} or more`,
    },
    {
      alert: 'EtcdNetworkSlow',
      // etcd manual, "Tuning": the heartbeat interval is to be no shorter than the round trip.
      expr: `etcd:ins:network_peer_rt_p99_1m > ${heartbeatSeconds}`,
      for: '5m',
      level: 1,
      summary: `${MEMBER}: one of a hundred round trips to a member takes ${SECONDS}, longer than a heartbeat`,
    },
  ];
}

function spaceAlerts(): Alert[] {
  return [
    {
      alert: 'EtcdQuotaFull',
      expr: 'etcd:ins:db_usage > 0.8',
      for: '1m',
      level: 0,
      summary: `${MEMBER}: the database has ${PERCENT} of its quota; at 100% etcd refuses all writes`,
    },
    {
      alert: 'EtcdFragmented',
      expr: 'etcd:ins:db_fragmented > 0.5 and on (ins, instance) etcd_mvcc_db_total_size_in_bytes > 1e8',
      for: '10m',
      level: 2,
      summary: `${MEMBER}: ${PERCENT} of the database file is free space that only a defragmentation gives back`,
    },
  ];
}
