import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import { evaluate } from '../../../text/formula.ts';
import { declaredPools, largestPool } from '../access/pgbouncer.ts';
import type { PgsqlMember } from '../members.ts';
import { RESERVED_CONNECTIONS } from '../server/parameters.ts';
import { maxConnections, sharedBuffers } from '../server/tuning.ts';

const rules = {
  pools: rule<{ cluster: string; wanted: number; available: number }>('pgsql/pools-over-connections', {
    severity: 'notice',
    message: ({ cluster, wanted, available }) =>
      `the pools of cluster ${cluster} can open ${wanted} connections, but PostgreSQL allows ${available}`,
    help: () => 'set `pool_size` or `pool_max_db_conn` of the databases, or `pg_max_conn`',
  }),
  memory: rule<{ instance: string; memory: number; buffers: number; connections: number }>(
    'pgsql/memory-over-node',
    {
      severity: 'warning',
      message: ({ instance, memory, buffers, connections }) =>
        `${instance} has ${memory} MB; ${buffers} MB of shared buffers and ${connections} connections may need more`,
      label: () => 'memory of the host',
      help: () => 'use `pg_conf: tiny.yml`, or a smaller `pg_max_conn`',
    },
  ),
  hugePages: rule<{ instance: string; pages: number; needed: number }>('pgsql/huge-pages-too-few', {
    severity: 'warning',
    message: ({ instance, pages, needed }) =>
      `the host of ${instance} reserves ${pages} huge pages, but PostgreSQL needs about ${needed}`,
    label: () => 'PostgreSQL then uses no huge pages',
    help: ({ needed }) =>
      `set \`node_hugepage_count\` to ${needed} or more, or remove it: \`huge_pages = try\` uses either huge pages only, or none`,
  }),
};

/** Memory of a mostly idle connection, in MB; queries need more. */
const CONNECTION_MB = 5;
/** Total shared memory, as a multiple of the shared buffers. */
const SHARED_MEMORY = 1.05;

/** Compares pools, memory and huge pages with the declared limits. */
export function checkCapacity(members: readonly PgsqlMember[]): Diagnostic[] {
  const [first] = members;
  if (!first) return [];
  return [
    ...checkPools(first),
    ...members.flatMap((member) => [...checkMemory(member), ...checkHugePages(member)]),
  ];
}

/** A lower bound: one user, and without the pool of database postgres. */
function checkPools({ cluster, settings, host }: PgsqlMember): Diagnostic[] {
  if (!settings.pgbouncer_enabled) return [];
  const wanted = declaredPools(settings).reduce((sum, database) => sum + largestPool(database), 0);
  const available = maxConnections(settings) - RESERVED_CONNECTIONS;
  return wanted > available
    ? [rules.pools.at(host.parameters.place('pg_databases', [], 'key'), { cluster, wanted, available })]
    : [];
}

/** Shared buffers in MB, if the memory of the host is declared. */
function buffersOf({ settings }: PgsqlMember): number | undefined {
  const { node_mem_mb: memMb } = settings;
  return memMb === undefined ? undefined : evaluate(sharedBuffers(settings), { memMb, cpu: 1, diskBytes: 1 });
}

function checkMemory(member: PgsqlMember): Diagnostic[] {
  const { settings, host, instance } = member;
  const buffers = buffersOf(member);
  const { node_mem_mb: memory } = settings;
  const connections = maxConnections(settings);
  if (buffers === undefined || memory === undefined || buffers + connections * CONNECTION_MB <= memory)
    return [];
  return [rules.memory.at(host.parameters.place('node_mem_mb'), { instance, memory, buffers, connections })];
}

function checkHugePages(member: PgsqlMember): Diagnostic[] {
  const { node_hugepage_count: pages } = member.settings;
  const buffers = buffersOf(member);
  if (buffers === undefined || pages === 0) return [];
  const needed = Math.ceil((buffers * SHARED_MEMORY) / 2);
  if (pages >= needed) return [];
  const place = member.host.parameters.place('node_hugepage_count');
  return [rules.hugePages.at(place, { instance: member.instance, pages, needed })];
}
