import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DiskJudge, thinOutAll } from '../boot/support/disk-judge.ts';
import {
  applyUntilGood,
  completeBundles,
  LIGHTER,
  sql,
  startApply,
  TOO_SLOW,
} from '../boot/support/emulated.ts';
import { ADDRESS, MetaSite, type RevisionBundle, revision } from '../boot/support/meta-site.ts';
import { SEED, seededRandom } from '../support/random.ts';
import { createVm, type Vm, vmSkipReason } from '../support/vm.ts';

/*
 * Five power cuts of an emulated machine with its own kernel, during applies of blueprint meta. After each one the
 * disk is read before anything repairs it; then the machine boots, and the next apply ends in the right state.
 * test/boot/power-cut.test.ts does the same without emulation.
 */
const reason = vmSkipReason();
const SERVICES = 'etcd patroni pgbouncer haproxy pgsql-provision';
const MINUTES = 60_000;

const bundlePath = (n: number) => `/root/bundles/${n}`;

describe.skipIf(reason)(`power cuts (seed ${SEED}) ${reason ?? ''}`, () => {
  const random = seededRandom(SEED);
  let site: MetaSite;
  let vm: Vm;
  let judge: DiskJudge;
  const bundles: RevisionBundle[] = [];
  let rows = 0;

  beforeAll(async () => {
    site = new MetaSite(LIGHTER);
    for (let n = 0; n < 3; n++) bundles.push(await site.bundle(n));
    judge = await DiskJudge.create(bundles);
    vm = await createVm({ name: 'cut', ip: ADDRESS });
    await vm.boot();
    await vm.push(thinOutAll(bundles), '/root/bundles');
    await completeBundles(vm, [1, 2]);
  }, 15 * MINUTES);
  afterAll(async () => {
    await vm?.destroy();
    site?.remove();
  }, MINUTES);

  /**
   * A row that the client was told is committed. On an emulated machine that applies, a health check may come too late
   * and end the connection: such a client looks whether its row is there, and goes on.
   */
  async function insertRow(): Promise<void> {
    const absent = `not exists (select from app.ledger where n = ${rows})`;
    const insert = () => sql(vm, `insert into app.ledger select ${rows} where ${absent}`).catch(String);
    await expect.poll(insert, { timeout: 60_000, interval: 1000 }).toBe('');
    rows += 1;
  }

  /** Cuts the power at a random moment of the `seconds` after `milestone` became true; checks the disk. */
  async function cutDuring(n: number, milestone: string, seconds: number): Promise<void> {
    const applied = startApply(vm, bundlePath(n));
    const reached = vm.exec(['sh', '-c', `until ${milestone}; do sleep 0.1; done`], { timeoutSeconds: 600 });
    const first = await Promise.race([reached, applied]);
    const struck = TOO_SLOW.test(first.stderr) ? await reached : first;
    expect(struck, 'the apply ended before it was cut').toEqual({ code: 0, stdout: '', stderr: '' });
    await delay(random() * seconds * 1000);
    if (rows > 0) await insertRow();
    await vm.powerCut();
    await applied;
    await vm.withDisk((root) => judge.examine(root));
    await vm.boot({ until: 'reachable', timeoutSeconds: 300 });
  }

  async function expectRevision(n: number): Promise<void> {
    const digest = bundles[n]?.digest.slice(0, 12) ?? '';
    const links = await vm.sh('readlink /etc/pigsty/current /etc/pigsty/good');
    expect(links).toMatch(new RegExp(`^(generations/\\d+-${digest}\n){2}$`));
    expect(await vm.sh(`systemctl is-active ${SERVICES}`)).toBe('active\n'.repeat(5));
    expect(await vm.sh('pigsty-agent verify')).toContain('verified');
    const leftovers = "-name '.new-*' -o -name '*.new' -o -name '*.pigsty-new' -o -name switching";
    expect(await vm.sh(`find /etc /var/lib/pigsty /data /run/pigsty-agent ${leftovers}`)).toBe('');
    const { comment } = revision(n);
    expect(await sql(vm, "select shobj_description('dbuser_meta'::regrole, 'pg_authid')")).toBe(comment);
    expect((await startApply(vm, bundlePath(n))).stderr).toContain('nothing to do');
  }

  test(
    'while images are unpacked',
    async () => {
      await cutDuring(0, 'ls -d /var/lib/pigsty/images/.new-* >/dev/null 2>&1', 8);
      expect(await vm.sh('ls -A /etc/pigsty 2>/dev/null || :')).toBe('');
    },
    10 * MINUTES,
  );

  test(
    'while the node is switched to its first generation',
    async () => {
      await cutDuring(0, '[ -e /var/lib/pigsty/switching ]', 2);
    },
    10 * MINUTES,
  );

  test(
    'while the cluster is initialised; then the node is complete',
    async () => {
      await cutDuring(0, '[ -d /pg/data.draft/base ] || [ -e /pg/data/PG_VERSION ]', 10);
      await applyUntilGood(vm, bundlePath(0));
      await expectRevision(0);
      await sql(vm, 'create table app.ledger (n int)');
      await insertRow();
    },
    30 * MINUTES,
  );

  test(
    'while a changed bundle is staged and written: the boot is on the good one, with every row',
    async () => {
      await cutDuring(1, 'true', 10);
      await expectRows();
      expect(await vm.sh('readlink /etc/pigsty/current')).toBe(await vm.sh('readlink /etc/pigsty/good'));
      await applyUntilGood(vm, bundlePath(1));
      await expectRevision(1);
    },
    20 * MINUTES,
  );

  test(
    'after the flip: the boot returns to the good one, and the next apply goes on',
    async () => {
      await insertRow();
      await cutDuring(2, `readlink /etc/pigsty/current | grep -q ${bundles[2]?.digest.slice(0, 12)}`, 5);
      await expectRows();
      expect(await vm.sh('readlink /etc/pigsty/current')).toBe(await vm.sh('readlink /etc/pigsty/good'));
      await applyUntilGood(vm, bundlePath(2));
      await expectRevision(2);
      await expectRows();
      expect(await vm.sh(`pigsty-agent verify ${bundlePath(2)}`, { timeoutSeconds: 600 })).toContain(
        'verified',
      );
    },
    20 * MINUTES,
  );

  /** Compares the rows with the acknowledged ones. PostgreSQL may still be starting. */
  async function expectRows(): Promise<void> {
    const read = () => sql(vm, 'select count(*), max(n) from app.ledger').catch(String);
    await expect.poll(read, { timeout: 200_000, interval: 2000 }).toBe(`${rows}|${rows - 1}`);
  }
});
