import type { RecordingRule } from '../../../model/monitoring.ts';
import { foldTo, gauge, type Ranges, record } from '../../../text/recording.ts';
import { JOB } from '../monitor/foreign-exporters.ts';

const CLUSTER = { namespace: 'pg', from: 'ins', to: ['cls'] } as const;

/** Whether programs answer, and what the host of each instance says of it. */
export function serverRules(): RecordingRule[] {
  const exporters = {
    pg_exporter_agent_up: 'pg_exporter',
    pgbouncer_exporter_agent_up: 'pgbouncer_exporter',
    patroni_up: 'patroni',
    pgbackrest_exporter_up: 'pgbackrest_exporter',
  };
  return [
    ...Object.entries(exporters).map(([name, exporter]) => record(name, `up{exporter="${exporter}"}`)),
    ...hostRules(),
  ];
}

/** Values of the host, with the labels of its instance: they are joined by `ip`. */
function hostRules(): RecordingRule[] {
  const joined = (value: string) => foldTo('max', 'ins', `pg_up * 0 + on (ip) group_left () ${value}`);
  const data = '{mountpoint=~"/data.*|/pg.*|/"}';
  const values = {
    cpu_count: 'node:ins:cpu_count',
    cpu_usage: 'node:ins:cpu_usage',
    cpu_usage_1m: 'node:ins:cpu_usage_1m',
    cpu_usage_5m: 'node:ins:cpu_usage_5m',
    cpu_usage_15m: 'node:ins:cpu_usage_15m',
    mem_size: 'max by (ip) (node_memory_MemTotal_bytes)',
    mem_usage: 'node:ins:mem_usage',
    fs_size: `max by (ip) (node:fs:size_bytes${data})`,
    space_usage: 'node:ins:space_usage_max',
  };
  return Object.entries(values).map(([name, value]) => record(`pg:ins:${name}`, joined(value)));
}

/** Roles of the members, and how many of each a cluster has. */
export function clusterRules(): RecordingRule[] {
  const streaming = 'pg_downstream_count{state="streaming"} > 0';
  const count = (name: string, expr: string) => record(`pg:cls:${name}`, foldTo('sum', 'cls', expr));
  return [
    // 3: up and writable, 2: up and in recovery, 1 and 0: down.
    record('pg:ins:status', foldTo('max', 'ins', '2 * pg_up + (1 - pg_in_recovery)')),
    record('pg:ins:is_leader', foldTo('max', 'ins', 'pg_up * (1 - pg_in_recovery)')),
    record('pg:ins:timeline', foldTo('max', 'ins', 'pg_timeline_id')),
    record('pg:cls:leader', 'pg:ins:is_leader == 1'),
    record('pg:cls:members', foldTo('max', 'ins', 'pg_up')),
    record('pg:cls:size', foldTo('count', 'cls', 'pg_up')),
    count('alive_count', 'pg_up'),
    count('primary_count', 'pg:ins:is_leader'),
    count('partition', 'pg:ins:is_leader'),
    count('replica_count', 'pg_up * pg_in_recovery'),
    count('standby_count', 'pg_downstream_count{state="streaming"}'),
    // Replicas that others stream from.
    record('pg:cls:bridges', foldTo('sum', 'ins', `${streaming} and on (ins, instance) pg_in_recovery == 1`)),
    record('pg:cls:bridge_count', `${foldTo('count', 'cls', 'pg:cls:bridges')} or pg:cls:size * 0`),
    record('pg:cls:sender', foldTo('sum', 'ins', streaming)),
    record('pg:cls:receiver', foldTo('max', 'ins', 'pg_recv_state', 'sender_host', 'sender_port')),
  ];
}

/**
 * Replication, as the sender sees it: a member that is behind may not answer itself. `application_name` is the name of the
 * instance; what else is connected, as a backup, is not counted.
 */
export function replicationRules(ranges: Ranges): RecordingRule[] {
  const ofReceiver = (metric: string) => {
    const sent = `label_replace(${metric}, "ins", "$1", "appname", "(.+)")`;
    return foldTo('max', 'ins', `pg_up * 0 + on (ins) group_left () max by (ins) (${sent})`);
  };
  // Replicas outside the site have names of their own choice.
  const ofItself = foldTo('max', 'ins', `pg_lag{job="${JOB}"} and on (ins, instance) pg_in_recovery == 1`);
  return [
    ...gauge(CLUSTER, 'lag_bytes', ofReceiver('pg_repl_replay_diff'), 'max'),
    ...gauge(CLUSTER, 'lag_seconds', `${ofReceiver('pg_repl_replay_lag')} or ${ofItself}`, 'max'),
    // 0 asynchronous, 1 potential, 2 synchronous, 3 one of a quorum.
    record('pg:ins:sync_state', ofReceiver('pg_repl_sync_state')),
    ...gauge(CLUSTER, 'slot_retained_bytes', foldTo('max', 'ins', 'pg_slot_retained_bytes'), 'max'),
    ...gauge(CLUSTER, 'lsn_rate1m', foldTo('max', 'ins', `rate(pg_lsn[${ranges['1m']}])`), 'max'),
  ];
}
