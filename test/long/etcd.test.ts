import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EtcdSite } from '../boot/support/etcd-site.ts';
import { labSkipReason } from '../support/lab.ts';
import type { LabNode } from '../support/node.ts';
import { SEED, seededRandom } from '../support/random.ts';

/* etcd changes its size again and again while a client commits; in each step a node is cut at a random moment. */
const reason = labSkipReason();
const ROUNDS = Number(process.env.PIGSTY_TEST_ROUNDS ?? 3);
const SIZES = [3, 5, 3, 1] as const;
const TABLE = 'create table if not exists ledger (n bigint primary key)';

describe.skipIf(reason)(`etcd grows and shrinks ${reason ?? ''}`, () => {
  const random = seededRandom(SEED);
  const oneOf = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  let site: EtcdSite;
  let count = 1;
  beforeAll(async () => {
    site = await EtcdSite.create();
  });
  afterAll(() => site?.cluster.destroy());

  it('serves with one member', () =>
    expect.poll(() => site.cluster.sql(TABLE), { timeout: 60_000 }).toBe(''));

  /** A host that was a member before has the data of that time. */
  const applied = new Set<LabNode>();
  const flagsOf = (node: LabNode, position: number) =>
    applied.has(node) && position >= count ? ['--replace'] : [];

  it('from one to three, one host after the other, the first member first', () =>
    site.underLoad(async () => {
      const nodes = await site.declare(3);
      for (const node of nodes) await site.mustApply(node);
      await site.expectMembers(3);
      for (const node of nodes) applied.add(node);
      count = 3;
    }));

  for (const round of Array.from({ length: ROUNDS }, (_, index) => index + 1)) {
    for (const size of SIZES) {
      it(`round ${round}: to ${size} (seed ${SEED})`, () =>
        site.underLoad(async () => {
          const nodes = await site.declare(size);
          const flags = new Map(nodes.map((node, position) => [node, flagsOf(node, position)]));
          // PostgreSQL and, at first, the only member are on the first one.
          const victim = site.node(oneOf(size === 1 ? [3] : nodes.slice(1).map((_, n) => n + 2)));
          const seconds = random() * 12;
          process.stdout.write(`to ${size}: ${victim.name} is cut after ${seconds.toFixed(1)} s\n`);
          if (flags.has(victim)) await site.applyAndCut(flags, { victim, seconds });
          else
            await Promise.all([
              site.mustApply(site.node(1)),
              delay(seconds * 100).then(() => site.cut(victim)),
            ]);
          await site.expectMembers(size);
          for (const node of nodes) applied.add(node);
          count = size;
        }));
    }
  }

  it('Patroni works with the members that joined, when its own is stopped for longer than its lease', async () => {
    const nodes = await site.declare(3);
    await Promise.all(nodes.map((node, n) => site.mustApply(node, ...(n > 0 ? ['--replace'] : []))));
    await site.expectMembers(3);
    await site.underLoad(async () => {
      await site.node(1).sh('systemctl stop etcd');
      await delay(40_000);
      await site.node(1).sh('systemctl start etcd');
      await site.expectMembers(3);
    });
  });
});
