import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applyUntilGood, LIGHTER, sql } from '../boot/support/emulated.ts';
import { ADDRESS, MetaSite } from '../boot/support/meta-site.ts';
import { createVm, type Vm, vmSkipReason } from '../support/vm.ts';

/*
 * Patroni's watchdog, on a machine whose kernel has one: a host that Patroni no longer controls is reset, also when the
 * guard is stopped. Committed rows are kept.
 */
const reason = vmSkipReason();
const MINUTES = 60_000;
const WATCHED = [['admin_ip:', 'patroni_watchdog_mode: required\n    admin_ip:']] as const;
const BUNDLE = '/root/bundles/0';

describe.skipIf(reason)(`watchdog ${reason ?? ''}`, () => {
  let site: MetaSite;
  let vm: Vm;

  beforeAll(async () => {
    site = new MetaSite([...LIGHTER, ...WATCHED]);
    await site.bundle(0);
    vm = await createVm({ name: 'watched', ip: ADDRESS });
    await vm.boot();
    await vm.push(site.bundles, '/root/bundles');
    await applyUntilGood(vm, BUNDLE);
  }, 15 * MINUTES);
  afterAll(async () => {
    await vm?.destroy();
    site?.remove();
  }, MINUTES);

  const patroniLog = () => vm.sh('cat /pg/log/patroni/patroni.log');

  test('only the primary writes to the watchdog device', async () => {
    expect(await vm.sh('stat -c "%U %a" /dev/watchdog')).toBe('postgres 600\n');
    expect(await patroniLog()).toMatch(/Software Watchdog activated with \d+ second timeout/);
  });

  test(
    'a regular stop of Patroni does not reset the host',
    async () => {
      await vm.sh('systemctl stop patroni; sleep 30');
      await vm.sh('systemctl start patroni');
      await expect.poll(() => sql(vm, 'select 1').catch(String), { timeout: 300_000 }).toBe('1');
    },
    8 * MINUTES,
  );

  test(
    'Patroni and its guard frozen: the kernel resets the host, and every row is kept',
    async () => {
      await sql(vm, 'create table app.ledger (n int)');
      await sql(vm, 'insert into app.ledger values (1)');
      await vm.sh('systemctl kill -s STOP patroni-guard; systemctl kill --kill-whom=main -s STOP patroni');
      await vm.ended(120);
      expect(readFileSync(vm.console, 'utf8')).toContain('softdog: Initiating system reboot');
      await vm.boot({ until: 'reachable', timeoutSeconds: 300 });
      const rows = () => sql(vm, 'select count(*) from app.ledger').catch(String);
      await expect.poll(rows, { timeout: 300_000, interval: 2000 }).toBe('1');
    },
    15 * MINUTES,
  );
});
