import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLab, type Lab, labSkipReason } from '../support/lab.ts';
import type { LabNode } from '../support/node.ts';
import { SEED, seededRandom } from '../support/random.ts';
import { DiskJudge } from './support/disk-judge.ts';
import { BUNDLES, MetaNode } from './support/meta-node.ts';
import { ADDRESS, MetaSite, type RevisionBundle } from './support/meta-site.ts';

/*
 * Five power cuts of a node with a disk of its own, which lose what was not synced, during applies of blueprint meta.
 * After each one the disk is read before anything repairs it; then the node boots, and the next apply ends in the right
 * state. test/long/power-cut.test.ts has the same with an emulated machine.
 */
const reason = labSkipReason();

describe.skipIf(reason)(`power cuts (seed ${SEED}) ${reason ?? ''}`, () => {
  const random = seededRandom(SEED);
  let site: MetaSite;
  let lab: Lab;
  let node: LabNode;
  let host: MetaNode;
  let judge: DiskJudge;
  const bundles: RevisionBundle[] = [];
  let rows = 0;

  beforeAll(async () => {
    site = new MetaSite();
    for (let n = 0; n < 3; n++) bundles.push(await site.bundle(n));
    judge = await DiskJudge.create(bundles);
    lab = await createLab();
    node = await lab.node({ ip: ADDRESS, name: 'cut', hasOwnDisk: true });
    host = new MetaNode(lab, node, await lab.client('10.10.10.99', 'client'));
    node.mount(BUNDLES, site.bundles);
    await node.boot();
  });
  afterAll(async () => {
    await lab?.destroy();
    site?.remove();
  });

  const digest = (n: number) => bundles[n]?.digest ?? '';

  /** A row that the client was told is committed. A client that was interrupted looks whether its row exists. */
  async function insertRow(): Promise<void> {
    const absent = `not exists (select from app.ledger where n = ${rows})`;
    const insert = () => host.sql(`insert into app.ledger select ${rows} where ${absent}`);
    await expect.poll(insert, { timeout: 60_000 }).toBe('');
    rows += 1;
  }

  /** Cuts the power at a random time of the `seconds` after `milestone` became true; checks the disk. */
  async function cutDuring(n: number, milestone: string, seconds: number): Promise<void> {
    const applied = host.apply(n);
    const wait = `until ${milestone}; do sleep 0.05; done`;
    const reached = await Promise.race([node.exec(['sh', '-c', wait]), applied]);
    expect(reached, 'the apply ended before it was cut').toEqual({ code: 0, stdout: '', stderr: '' });
    await delay(random() * seconds * 1000);
    if (rows > 0) await insertRow();
    await node.powerCut();
    await applied;
    await judge.examine(node.root);
    await node.boot({ until: 'reachable' });
  }

  async function mustApply(n: number): Promise<void> {
    const { code, stderr } = await host.apply(n);
    expect(code, stderr).toBe(0);
    await host.expectRevision(n, digest(n));
  }

  /** The boot was on the good generation, with every row that was acknowledged and no other. */
  async function expectGood(): Promise<void> {
    const count = () => host.sql("select count(*) || '|' || max(n) from app.ledger");
    await expect.poll(count, { timeout: 60_000 }).toBe(`${rows}|${rows - 1}`);
    expect(await node.sh('readlink /etc/pigsty/current')).toBe(await node.sh('readlink /etc/pigsty/good'));
  }

  test('while images are unpacked', async () => {
    await cutDuring(0, 'ls -d /var/lib/pigsty/images/.new-* >/dev/null 2>&1', 0.4);
    expect(await node.sh('ls -A /etc/pigsty 2>/dev/null || :')).toBe('');
  });

  test('while the node is switched to its first generation', async () => {
    await cutDuring(0, '[ -e /var/lib/pigsty/switching ]', 0.5);
  });

  test('while the cluster is initialised; then the node is complete', async () => {
    await cutDuring(0, '[ -d /pg/data.draft/base ] || [ -e /pg/data/PG_VERSION ]', 3);
    await mustApply(0);
    expect(await host.sql('create table app.ledger (n int)')).toBe('');
    await insertRow();
  });

  test('while a changed bundle is staged and written', async () => {
    await cutDuring(1, 'true', 2);
    await expectGood();
    await mustApply(1);
  });

  test('after the flip to a changed bundle', async () => {
    await cutDuring(2, `readlink /etc/pigsty/current | grep -q ${digest(2).slice(0, 12)}`, 2);
    await expectGood();
    await mustApply(2);
    await expectGood();
    expect(await node.sh(`pigsty-agent verify ${BUNDLES}/2`)).toContain('verified');
  });
});
