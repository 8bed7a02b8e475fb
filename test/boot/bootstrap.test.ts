import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { labSkipReason } from '../support/lab.ts';
import type { LabNode } from '../support/node.ts';
import { Cluster } from './support/cluster.ts';

/* blueprints/trio.yml on three bare machines, switched on in any order, without a coordinator. */
const reason = labSkipReason();

type Order = {
  readonly name: string;
  /** Positions of the nodes, and seconds before the next one. */
  readonly steps: readonly (readonly [node: number, secondsAfter: number])[];
};

const ORDERS: readonly Order[] = [
  {
    name: 'in order',
    steps: [
      [0, 5],
      [1, 5],
      [2, 0],
    ],
  },
  {
    name: 'in reverse',
    steps: [
      [2, 5],
      [1, 5],
      [0, 0],
    ],
  },
  {
    name: 'all at once',
    steps: [
      [0, 0],
      [1, 0],
      [2, 0],
    ],
  },
  {
    name: 'the offline replica first, the primary 60 s later',
    steps: [
      [2, 0],
      [1, 60],
      [0, 0],
    ],
  },
];

/** Which member answers, and whether it is in recovery. */
const WHO = "select host(inet_server_addr()) || ' ' || pg_is_in_recovery()";

describe.skipIf(reason)(`three machines ${reason ?? ''}`, () => {
  let cluster: Cluster | undefined;
  afterEach(() => cluster?.destroy());

  it.each(ORDERS)('become a cluster, applied $name', async ({ name, steps }) => {
    const made = await Cluster.create('trio');
    cluster = made;
    const applied: Promise<string>[] = [];
    let last = 0;
    for (const [position, secondsAfter] of steps) {
      last = Date.now();
      applied.push(made.apply(made.nodes[position] as LabNode));
      await delay(secondsAfter * 1000);
    }
    await expect
      .poll(() => made.sql('create table if not exists ledger (n bigint primary key)'), { timeout: 120_000 })
      .not.toMatch(/error|FATAL/);
    const seconds = (Date.now() - last) / 1000;
    process.stdout.write(`first statement ${seconds.toFixed(1)} s after the last apply began: ${name}\n`);
    for (const words of await Promise.all(applied)) expect(words).toContain('is current and good');
    await made.waitUntilWhole(120);
    for (const node of made.nodes) await expectServices(made, node);
  });

  it('take rows when two are up and the third has never been', async () => {
    const made = await Cluster.create('trio');
    cluster = made;
    await made.applyAll(made.nodes.slice(0, 2));
    await expect
      .poll(() => made.sql('create table ledger (n bigint primary key)'), { timeout: 60_000 })
      .toBe('');
    expect(await made.nodes[0]?.sh('patronictl list')).toMatch(/Leader[\s\S]*streaming/);
    await made.applyAll(made.nodes.slice(2));
    await made.waitUntilWhole(120);
    for (const node of made.nodes) await expectServices(made, node);
  });
});

/** Every service of the node leads to the members that it is for; its own Patroni shows the whole cluster. */
async function expectServices(cluster: Cluster, node: LabNode): Promise<void> {
  const host = node.ip;
  expect(await cluster.sql('insert into ledger select coalesce(max(n), 0) + 1 from ledger', { host })).toBe(
    '',
  );
  expect(await cluster.sql('select pg_is_in_recovery()', { host, port: 5433 })).toBe('f');
  expect(await cluster.sql('select pg_is_in_recovery()', { host, port: 5434 })).toBe('t');
  expect(await cluster.sql(WHO, { host, port: 5436 })).toBe('10.10.10.11 false');
  const etl = { host, port: 5438, user: 'etl', password: 'DBUser.Etl' };
  expect(await cluster.sql(WHO, etl)).toBe('10.10.10.13 true');
  const list = await node.sh('patronictl list');
  expect(list.match(/Leader/g)).toHaveLength(1);
  expect(list.match(/streaming/g)).toHaveLength(2);
}
