import type { Page } from '../../generator/model/dashboard.ts';
import { queriesOf } from '../../generator/text/page-queries.ts';
import { selectionsOf } from './promql.ts';
import { seriesOf } from './sample-series.ts';

/** The hour of the samples, in seconds since 1970: 2026-01-01 11:30 to 12:00 UTC. */
export const SAMPLES = { from: 1_767_267_000, to: 1_767_268_800, step: 30 } as const;

/**
 * An OpenMetrics file with values for everything that pages read, for a small site of fixed names. The same pages give the
 * same file. Counters, which are those that some page reads over a range, only grow.
 */
export function sampleMetrics(pages: readonly Page[]): string {
  const read = pages.flatMap(queriesOf).flatMap(selectionsOf);
  const counters = new Set(read.filter(({ inRange }) => inRange).map(({ metric }) => metric));
  const names = [...new Set(read.map(({ metric }) => metric))].sort();
  const lines = names.flatMap((name) => metricLines(name, counters.has(name)));
  return `${lines.join('\n')}\n# EOF\n`;
}

function metricLines(name: string, isCounter: boolean): readonly string[] {
  return seriesOf(name).flatMap((labels, index) => {
    const text = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
    const lines: string[] = [];
    for (let time: number = SAMPLES.from; time <= SAMPLES.to; time += SAMPLES.step)
      lines.push(`${name}{${text.join(',')}} ${valueAt({ name, labels, index, time, isCounter })} ${time}`);
    return lines;
  });
}

type Point = {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly index: number;
  readonly time: number;
  readonly isCounter: boolean;
};

function valueAt({ name, labels, index, time, isCounter }: Point): number {
  const fixed = FIXED.find(([pattern]) => pattern.test(name))?.[1];
  if (fixed) return fixed(labels, index);
  const elapsed = time - SAMPLES.from;
  const wave = 1 + 0.3 * Math.sin(elapsed / 240 + index) + 0.1 * Math.sin(elapsed / 37 + 2 * index);
  const size = sizeOf(name) * (1 + (index % 5) / 3);
  if (isCounter)
    return round(size * (1000 + elapsed * (1 + 0.05 * index) + 20 * Math.sin(elapsed / 240 + index)));
  return round(size * wave);
}

function round(value: number): number {
  return Number(value.toPrecision(8));
}

/** About how large values are, by the last words of their names. */
function sizeOf(name: string): number {
  if (/^haproxy:.*:usage$/.test(name)) return 25;
  if (/usage|db_fragmented|mxid_age|ratio|util|pressure|:age$|progress|commit_ratio/.test(name)) return 0.25;
  if (/idle_time_percent/.test(name)) return 80;
  if (/bytes|:mem_|size|_diff$|buffers|work_mem|relsize/.test(name)) return 2e8;
  if (/exhaust|uptime|since_last_completion/.test(name)) return 40_000;
  if (/_rt_|_lag$|lag_seconds|fsync|_p99_|duration|maxwait|_time$|offset|drift/.test(name)) return 0.004;
  if (/xact|query|call|tup_|rows/.test(name)) return 300;
  return 6;
}

type FixedValue = (labels: Readonly<Record<string, string>>, index: number) => number;

const isPrimary: FixedValue = ({ ins }) => (ins?.endsWith('-1') ? 1 : 0);

/** Values that are states, identities or times. */
const FIXED: readonly (readonly [RegExp, FixedValue])[] = [
  [/^up$/, (_, index) => (index === 5 ? 0 : 1)],
  [/_up$|probe_success|sync_status|_successful$/, () => 1],
  [/keepalived_vrrp|vip_present|unit_active|synchronised|:receiver/, () => 1],
  [/certificate_expiry/, (_, index) => SAMPLES.to + (20 + 100 * index) * 86_400],
  [/^ALERTS$|_info$|haproxy:ins:service_up|wal_archive_status/, () => 1],
  [/^haproxy_server_status$/, ({ server }) => (server?.endsWith('-1') ? 1 : 0)],
  [/^haproxy_backend_status$/, () => 1],
  [/^pg_in_recovery$/, (labels, index) => 1 - isPrimary(labels, index)],
  [/^pg:ins:status$/, (labels, index) => 2 + isPrimary(labels, index)],
  [/^etcd_server_is_leader$/, isPrimary],
  [/^etcd_server_has_leader$|^pg:cls:partition$|agent_good/, () => 1],
  [/^pg:cls:(size|alive_count)$/, ({ cls }) => (cls === 'pg-test' ? 3 : 1)],
  [/^pg_version$/, () => 170_006],
  [/timeline/, () => 3],
  [
    /_status$|pending_restart|is_paused|failsafe|cks_fails|replay_paused|paused$|disabled$|agent_drift|agent_busy|agent_failed|pending_restart/,
    () => 0,
  ],
  [/oom_kill|deadlocks|failed_count|failures_total|notifications_failed|missed|conflicts/, () => 0],
  [/sync_standby/, (labels, index) => 1 - isPrimary(labels, index)],
  [/sync_state|slot_active/, (_, index) => (index === 0 ? 1 : 0)],
  [/boot_time|applied_timestamp|finish_time|last_seen/, (_, index) => SAMPLES.from - 3 - 10 * index],
  [/_max_connections$|quota_backend_bytes|mem_total|MemTotal|max_fds/, () => 8_589_934_592],
  [/cpu_count/, () => 4],
  [/waiting_clients|blocked/, () => 0],
];
