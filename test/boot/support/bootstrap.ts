import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import type { LabNode } from '../../support/node.ts';
import type { Access, Cluster } from './cluster.ts';

/** In which order three bare machines get their bundles applied. */
export type Order = {
  readonly name: string;
  /** Positions of the nodes, and seconds before the next one. */
  readonly steps: readonly (readonly [node: number, secondsAfter: number])[];
};

export const IN_ORDER: Order = {
  name: 'in order',
  steps: [
    [0, 5],
    [1, 5],
    [2, 0],
  ],
};

export const IN_REVERSE: Order = {
  name: 'in reverse',
  steps: [
    [2, 5],
    [1, 5],
    [0, 0],
  ],
};

export const AT_ONCE: Order = {
  name: 'all at once',
  steps: [
    [0, 0],
    [1, 0],
    [2, 0],
  ],
};

export const PRIMARY_LATE: Order = {
  name: 'the offline replica first, the primary 60 s later',
  steps: [
    [2, 0],
    [1, 60],
    [0, 0],
  ],
};

const TABLE = 'create table if not exists ledger (n bigint primary key)';
/** Which member answers, and whether it is in recovery. */
const WHO = "select host(inet_server_addr()) || ' ' || pg_is_in_recovery()";

/**
 * Applies three bare machines in an order, without a coordinator, until they are a whole cluster with all services and
 * an empty table `ledger`.
 */
export async function bootstrap(cluster: Cluster, { name, steps }: Order): Promise<void> {
  const applied: Promise<string>[] = [];
  let last = 0;
  for (const [position, secondsAfter] of steps) {
    last = Date.now();
    applied.push(cluster.apply(nodeAt(cluster, position)));
    await delay(secondsAfter * 1000);
  }
  await expect.poll(() => cluster.sql(TABLE), { timeout: 120_000 }).not.toMatch(/error|FATAL/);
  const seconds = (Date.now() - last) / 1000;
  process.stdout.write(`first statement ${seconds.toFixed(1)} s after the last apply began: ${name}\n`);
  for (const words of await Promise.all(applied)) expect(words).toContain('is current and good');
  await expectWhole(cluster);
}

/** The same with the third machine off: two take rows; the third joins them later. */
export async function bootstrapTwo(cluster: Cluster): Promise<void> {
  const two = cluster.nodes.slice(0, 2);
  await cluster.applyAll(two);
  await expect.poll(() => cluster.sql(TABLE), { timeout: 60_000 }).toBe('');
  await cluster.waitUntilWhole(two);
  await cluster.applyAll(cluster.nodes.slice(2));
  await expectWhole(cluster);
}

/** Each Patroni shows the whole cluster; every service of every node leads to the members that it is for. */
async function expectWhole(cluster: Cluster): Promise<void> {
  await cluster.waitUntilWhole(cluster.nodes, 120);
  for (const { ip: host } of cluster.nodes) {
    const answers = (query: string, access: Access = {}) =>
      // HAProxy asks each member every few seconds.
      expect.poll(() => cluster.sql(query, { host, ...access }), { timeout: 15_000 });
    await answers('insert into ledger select coalesce(max(n), 0) + 1 from ledger').toBe('');
    await answers('select pg_is_in_recovery()', { port: 5433 }).toBe('f');
    await answers('select pg_is_in_recovery()', { port: 5434 }).toBe('t');
    await answers(WHO, { port: 5436 }).toBe('10.10.10.11 false');
    await answers(WHO, { port: 5438, user: 'etl', password: 'DBUser.Etl' }).toBe('10.10.10.13 true');
  }
  await expect.poll(() => cluster.sql('truncate ledger'), { timeout: 15_000 }).toBe('');
}

function nodeAt(cluster: Cluster, position: number): LabNode {
  const node = cluster.nodes[position];
  if (!node) throw new Error(`no node at position ${position}`);
  return node;
}
