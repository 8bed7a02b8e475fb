import type { RecordingRule } from '../../../model/monitoring.ts';
import { foldTo, record } from '../../../text/recording.ts';

const WINDOWS = { '1': '1m', '5': '5m', '15': '15m' } as const;

/**
 * How busy an instance is. Load: seconds per second that sessions work, per core; -1 where the cores are not known. Saturation:
 * the higher load of PostgreSQL and pgbouncer. Pressure: that, or the use of the processors if it is higher.
 */
export function pressureRules(): RecordingRule[] {
  return Object.entries(WINDOWS).flatMap(([minutes, window]) => [
    ...loadRules('pg', `active_time_rate${window}`, minutes),
    ...loadRules('pgbouncer', `xact_time_rate${window}`, minutes),
    ...(['ins', 'cls'] as const).flatMap((level) => combined(level, minutes, window)),
  ]);
}

function loadRules(namespace: string, time: string, minutes: string): RecordingRule[] {
  const [work, cores] = [`${namespace}:ins:${time}`, 'pg:ins:cpu_count'];
  const join = 'on (job, cls, ins, ip)';
  const known = `${work} / ${join} group_left () max by (job, cls, ins, ip) (${cores})`;
  const ofCluster = (expr: string) => foldTo('sum', 'cls', expr);
  return [
    record(`${namespace}:ins:load${minutes}`, `${known} or ${work} * 0 - 1`),
    record(
      `${namespace}:cls:load${minutes}`,
      `${ofCluster(`${work} and ${join} ${cores}`)} / ${ofCluster(cores)} or ${ofCluster(work)} * 0 - 1`,
    ),
  ];
}

function combined(level: 'ins' | 'cls', minutes: string, window: string): RecordingRule[] {
  // The exporters of PostgreSQL and pgbouncer are two instances for Prometheus, and one for us.
  const labels = level === 'ins' ? 'job, cls, ins, ip' : 'job, cls';
  const of = (expr: string) => `max by (${labels}) (${expr})`;
  const larger = (a: string, b: string) => `(${a} > ${b} or ${b} or ${a})`;
  const saturation = `pg:${level}:saturation${minutes}`;
  const usage = level === 'ins' ? `pg:ins:cpu_usage_${window}` : `pg:cls:cpu_usage_${window}`;
  return [
    // Where the cores are not known, it is not known either.
    record(
      saturation,
      larger(of(`pg:${level}:load${minutes} >= 0`), of(`pgbouncer:${level}:load${minutes} >= 0`)),
    ),
    ...(level === 'cls' ? [record(usage, `avg by (job, cls) (pg:ins:cpu_usage_${window})`)] : []),
    record(`${level}:pressure${minutes}`, larger(saturation, of(usage))),
  ];
}
