import { ownValue } from '../../../model/own-value.ts';
import {
  ceilDiv,
  clamp,
  type Fact,
  type Facts,
  type Formula,
  fact,
  floorDiv,
  max,
  mul,
  sub,
} from '../../../text/formula.ts';
import { type Template, templateOf } from '../conf-template.ts';
import type { PgsqlSettings } from '../settings.ts';
import { declaredLocally } from './declared-settings.ts';

/*
 * Parameters that depend on the node, by template (pigsty.md section 4). Megabytes and gigabytes as PostgreSQL's units
 * MB and GB (2^20, 2^30 bytes).
 */
export type TunedParameter = {
  readonly name: string;
  readonly formula: Formula;
  readonly unit: '' | 'MB' | 'GB';
};

const CPU = fact('cpu');
const MEM = fact('memMb');

/** max_connections: from the template unless pg_max_conn is at least 20. */
export function maxConnections(settings: PgsqlSettings): number {
  const { pg_max_conn: declared } = settings;
  if (declared !== 'auto' && declared >= 20) return declared;
  const template = templateOf(settings);
  if (template === 'olap' || template === 'tiny') return 100;
  return settings.pg_default_service_dest === 'pgbouncer' ? 200 : 1000;
}

/** max_locks_per_transaction: partitioned and distributed tables need many (pigsty.md section 4). */
export function maxLocks(settings: PgsqlSettings): number {
  const isWide = settings.pg_mode === 'citus' || /citus|timescaledb/.test(settings.pg_libs);
  const base = templateOf(settings) === 'olap' ? 2 : 1;
  return maxConnections(settings) * (isWide ? (base === 2 ? 16 : 2) : base);
}

/** max(cpu, 8); one of the values that only the configuration store may set. */
export const MAX_WORKER_PROCESSES: Formula = max(CPU, 8);

/** Parameters of one member that depend on its memory, processors and disk. */
export function tunedParameters(settings: PgsqlSettings): TunedParameter[] {
  const declared = declaredLocally(settings);
  return allTuned(settings).filter(({ name }) => ownValue(declared, name) === undefined);
}

function allTuned(settings: PgsqlSettings): TunedParameter[] {
  const template = templateOf(settings);
  const buffers = sharedBuffers(settings);
  const disk = clamp(ceilDiv(fact('diskBytes'), 20 * 2 ** 30), 1, 100);
  const mb = (name: string, formula: Formula): TunedParameter => ({ name, formula, unit: 'MB' });
  const gb = (name: string, formula: Formula): TunedParameter => ({ name, formula, unit: 'GB' });
  const count = (name: string, formula: Formula): TunedParameter => ({ name, formula, unit: '' });
  return [
    mb('shared_buffers', buffers),
    mb('maintenance_work_mem', ceilDiv(buffers, template === 'olap' ? 2 : 4)),
    mb('effective_cache_size', sub(MEM, buffers)),
    mb('work_mem', workMem(template, floorDiv(buffers, maxConnections(settings)))),
    count('max_parallel_workers', MAX_WORKER_PROCESSES),
    count('max_parallel_maintenance_workers', max(ceilDiv(CPU, 8), 2)),
    count('max_parallel_workers_per_gather', parallelPerGather(template)),
    gb('min_wal_size', disk),
    gb('max_wal_size', mul(disk, 4)),
    gb('max_slot_wal_keep_size', mul(disk, 6)),
    gb('temp_file_limit', template === 'olap' ? mul(disk, 2) : disk),
  ];
}

/** ceil(memory x ratio); the ratio in millionths, so that a shell computes the same number. */
export function sharedBuffers(settings: PgsqlSettings): Formula {
  return ceilDiv(mul(MEM, Math.round(settings.pg_shared_buffer_ratio * 1_000_000)), 1_000_000);
}

function workMem(template: Template, share: Formula): Formula {
  if (template === 'tiny') return clamp(share, 16, 256);
  return clamp(share, 64, template === 'olap' ? 8192 : 1024);
}

function parallelPerGather(template: Template): Formula {
  if (template === 'olap') return ceilDiv(MAX_WORKER_PROCESSES, 2);
  return template === 'oltp' ? floorDiv(CPU, 16) : 0;
}

/** The declared facts of the node; undefined if one is missing and must be measured at activation. */
export function declaredFacts(settings: PgsqlSettings): Facts | undefined {
  const { node_cpu: cpu, node_mem_mb: memMb, node_disk_bytes: diskBytes } = settings;
  const isComplete = cpu !== undefined && memMb !== undefined && diskBytes !== undefined;
  return isComplete ? ({ cpu, memMb, diskBytes } satisfies Record<Fact, number>) : undefined;
}
