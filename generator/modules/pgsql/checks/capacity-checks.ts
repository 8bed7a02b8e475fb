import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import { evaluate } from '../../../text/formula.ts';
import { declaredPools, largestPool } from '../access/pgbouncer.ts';
import type { PgsqlMember } from '../members.ts';
import { RESERVED_CONNECTIONS } from '../server/parameters.ts';
import { maxConnections, sharedBuffers } from '../server/tuning.ts';

const rules = {
  pools: rule<{ cluster: string; wanted: number; there: number }>('pgsql/pools-over-connections', {
    severity: 'notice',
    message: ({ cluster, wanted, there }) =>
      `the pools of cluster ${cluster} may ask for ${wanted} connections, PostgreSQL has ${there} for them`,
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
      `${pages} huge pages are reserved on the host of ${instance}, its shared memory needs about ${needed}`,
    label: () => 'then none of them is used',
    help: ({ needed }) =>
      `\`node_hugepage_count: ${needed}\` or more, or none: \`huge_pages = try\` takes all it needs or ordinary memory`,
  }),
};

/** What a connection that does a little takes, in MB; queries come on top. */
const CONNECTION_MB = 5;
/** Shared memory is more than its buffers, by about this part. */
const SHARED_MEMORY = 1.05;

/** Pools, memory and huge pages against what there is of them; where sizes are declared. */
export function checkCapacity(members: readonly PgsqlMember[]): Diagnostic[] {
  const [first] = members;
  if (!first) return [];
  return [
    ...checkPools(first),
    ...members.flatMap((member) => [...checkMemory(member), ...checkHugePages(member)]),
  ];
}

/** At the least: with one user, and without the pool of database postgres. */
function checkPools({ cluster, settings, host }: PgsqlMember): Diagnostic[] {
  if (!settings.pgbouncer_enabled) return [];
  const wanted = declaredPools(settings).reduce((sum, database) => sum + largestPool(database), 0);
  const there = maxConnections(settings) - RESERVED_CONNECTIONS;
  return wanted > there
    ? [rules.pools.at(host.parameters.place('pg_databases', [], 'key'), { cluster, wanted, there })]
    : [];
}

/** Shared buffers of a member whose host declares its memory, in MB. */
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
