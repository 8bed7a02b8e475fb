import { type Alert, BYTES, CLUSTER, INSTANCE, NUMBER, SECONDS } from '../../../text/alerting.ts';
import { among, selectors } from '../../../text/selector.ts';
import type { PgsqlLimits } from './limits.ts';

const MEBIBYTE = 2 ** 20;

/** Alerts about a cluster as a whole: its leader, its replicas, its slots. */
export function clusterAlerts(limits: PgsqlLimits): Alert[] {
  return [
    ...leaderAlerts(limits),
    ...recoveryAlerts(limits),
    ...patroniAlerts(limits),
    ...replicationAlerts(limits),
    ...synchronousAlerts(limits),
    ...slotAlerts(),
  ];
}

function leaderAlerts({ standbyClusters }: PgsqlLimits): Alert[] {
  const partition = (operator: '=~' | '!~', wanted: number) =>
    `pg:cls:partition{job="pgsql"${listed(among('cls', operator, standbyClusters))}} != ${wanted}`;
  const writable = [partition('!~', 1), ...(standbyClusters.length > 0 ? [partition('=~', 0)] : [])];
  return [
    {
      alert: 'PostgresPartition',
      expr: writable.join(' or '),
      for: '1m',
      level: 0,
      summary: `${CLUSTER} has {{ $value }} members that accept writes; it needs exactly one, and a standby cluster none`,
    },
    {
      alert: 'PostgresTimelineSplit',
      expr: 'max by (job, cls) (pg:ins:timeline) - min by (job, cls) (pg:ins:timeline) > 0',
      for: '2m',
      level: 0,
      summary: `${CLUSTER}: members are on timelines that differ by {{ $value }}: one of them does not follow the primary`,
    },
  ];
}

/** What is wrong when it lasts longer than the `pg_rto` of the cluster; none in a site without clusters. */
function recoveryAlerts({ recoverySeconds }: PgsqlLimits): Alert[] {
  const limits = selectors('cls', recoverySeconds);
  if (limits.length === 0) return [];
  // A new cluster has no leader at first, and no samples from before.
  const unlocked = (selector: string) => `patroni_cluster_unlocked{${selector}}`;
  const each = (expr: (limit: (typeof limits)[number]) => string) => limits.map(expr).join(' or ');
  return [
    {
      alert: 'PostgresNoLeader',
      expr: each(
        ({ value, selector }) =>
          `max by (job, cls) (min_over_time(${unlocked(selector)}[${value}s]) and ${unlocked(selector)} offset ${value}s) > 0`,
      ),
      level: 0,
      summary: `${CLUSTER} has no leader for longer than pg_rto (patroni_cluster_unlocked is {{ $value }})`,
    },
    {
      alert: 'PatroniStoreLost',
      expr: each(({ value, selector }) => `time() - patroni_dcs_last_seen{${selector}} > ${value}`),
      for: '1m',
      level: 0,
      summary: `${INSTANCE}: Patroni has not reached etcd for ${SECONDS}`,
    },
  ];
}

function patroniAlerts({ pausedClusters }: PgsqlLimits): Alert[] {
  return [
    {
      alert: 'PatroniFailSafeActive',
      expr: 'max by (job, cls) (patroni_failsafe_mode_is_active) > 0',
      level: 0,
      summary: `${CLUSTER}: Patroni cannot reach etcd and keeps the primary only while all members agree (value {{ $value }})`,
    },
    {
      alert: 'PatroniPaused',
      expr: `max by (job, cls) (patroni_is_paused{${among('cls', '!~', pausedClusters)}}) > 0`,
      for: '30m',
      level: 2,
      summary: `${CLUSTER} is in maintenance mode: there is no failover (patroni_is_paused is {{ $value }})`,
    },
    {
      alert: 'PostgresPendingRestart',
      expr: 'patroni_pending_restart > 0',
      for: '15m',
      level: 2,
      summary: `${INSTANCE}: settings wait for a restart of PostgreSQL (patroni_pending_restart is {{ $value }})`,
    },
  ];
}

function replicationAlerts({ delayedInstances }: PgsqlLimits): Alert[] {
  const onTime = `{${among('ins', '!~', delayedInstances)}}`;
  const streaming = 'pg_downstream_count{state="streaming"}';
  return [
    {
      alert: 'PostgresReplicationBreak',
      expr: `${streaming} < max_over_time(${streaming}[5m])`,
      level: 1,
      summary: `${INSTANCE} has lost a standby in the last 5 minutes and has {{ $value }} now`,
    },
    {
      alert: 'PostgresNotStreaming',
      expr: '(patroni_replica == 1 or patroni_standby_leader == 1) unless patroni_postgres_streaming == 1',
      for: '5m',
      level: 1,
      summary: `${INSTANCE}: the replica does not stream from any server (patroni_replica is {{ $value }})`,
    },
    {
      alert: 'PostgresReplicationLag',
      expr: `${inUnit(`pg:ins:lag_bytes${onTime} > ${MEBIBYTE}`, 'bytes')} or ${inUnit(`pg:ins:lag_seconds${onTime} > 1`, 'seconds')}`,
      for: '1m',
      level: 1,
      summary: `${INSTANCE} is ${NUMBER} {{ $labels.unit }} behind its primary`,
    },
  ];
}

/** With a label that says what its value counts. */
function inUnit(expr: string, unit: string): string {
  return `label_replace(${expr}, "unit", "${unit}", "", "")`;
}

/** Without a synchronous standby, a commit waits, or is lost with the primary. */
function synchronousAlerts({ synchronousClusters }: PgsqlLimits): Alert[] {
  if (synchronousClusters.length === 0) return [];
  const selector = `{${among('cls', '=~', synchronousClusters)}}`;
  return [
    {
      alert: 'PostgresSyncDegraded',
      expr: `sum by (job, cls) (patroni_sync_standby${selector} + patroni_quorum_standby${selector}) < 1`,
      for: '1m',
      level: 0,
      summary: `${CLUSTER} is to be synchronous, and has {{ $value }} synchronous standbys`,
    },
  ];
}

function slotAlerts(): Alert[] {
  const limit = 'on (ins, instance) group_left () (0.5 * pg_setting_max_slot_wal_keep_size > 0)';
  return [
    {
      alert: 'PostgresSlotRetainsWal',
      expr: `pg_slot_retained_bytes > ${limit}`,
      for: '1m',
      level: 1,
      summary: `${INSTANCE}: slot {{ $labels.slot_name }} keeps ${BYTES} of WAL, more than half of max_slot_wal_keep_size`,
    },
    {
      alert: 'PostgresSlotLost',
      expr: 'pg_slot_wal_status >= 2',
      for: '1m',
      level: 0,
      summary: `${INSTANCE}: WAL that slot {{ $labels.slot_name }} needs is about to be removed or is gone (wal_status is {{ $value }})`,
    },
  ];
}

function listed(selector: string): string {
  return selector === '' ? '' : `, ${selector}`;
}
