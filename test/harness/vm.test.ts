import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { removeTree } from '../support/process.ts';
import { createVm, type Vm, vmSkipReason } from '../support/vm.ts';

const reason = vmSkipReason();
const MINUTES = 60_000;

describe.skipIf(reason)(`vm${reason ? ` (${reason})` : ''}`, () => {
  let vm: Vm;

  beforeAll(async () => {
    vm = await createVm({ name: 'h10', ip: '10.10.10.10' });
    await vm.boot();
  }, 10 * MINUTES);

  afterAll(() => vm?.destroy(), MINUTES);

  test(
    'it is a machine of its own: kernel, name, address, and nothing failed',
    async () => {
      expect(await vm.sh('systemctl is-system-running; cat /proc/sys/kernel/hostname')).toBe(
        'running\nh10\n',
      );
      expect(await vm.sh('uname -r')).toMatch(/^6\.1\..*cloud-amd64/);
      expect(await vm.sh('ip -brief address show eth0')).toContain('10.10.10.10/24');
      expect(await vm.sh('ip route show default')).toBe('');
      await vm.sh(
        'modprobe overlay; echo 7 >/proc/sys/vm/nr_hugepages; grep -q "HugePages_Total: *7" /proc/meminfo',
      );
    },
    MINUTES,
  );

  test(
    'exec tells code, outputs, input, user and timeouts apart, several at a time',
    async () => {
      const quoted = ['printf', '%s|', "it's", '$HOME', 'a b', ''];
      const [words, slow, fast] = await Promise.all([
        vm.exec(quoted),
        vm.exec(['sleep', '100'], { timeoutSeconds: 3 }),
        vm.exec(['sh', '-c', 'cat; echo e >&2; exit 7'], { input: 'in' }),
      ]);
      expect(words).toEqual({ code: 0, stdout: "it's|$HOME|a b||", stderr: '' });
      expect(slow.code).toBe(124);
      expect(fast).toEqual({ code: 7, stdout: 'in', stderr: 'e\n' });
      expect(await vm.sh('id -un; echo $HOME', { user: 'nobody' })).toBe('nobody\n/nonexistent\n');
      expect((await vm.sh('head -c 3000000 /dev/zero | tr "\\0" x')).length).toBe(3_000_000);
    },
    MINUTES,
  );

  test(
    'files and directories go in',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'pigsty-push-'));
      mkdirSync(join(folder, 'tree/sub'), { recursive: true });
      writeFileSync(join(folder, 'tree/sub/big'), Buffer.alloc(20_000_000, 'a'));
      writeFileSync(join(folder, 'small'), 'one', { mode: 0o750 });
      await vm.push(join(folder, 'tree'), '/srv/pushed/there');
      await vm.push(join(folder, 'small'), '/srv/small');
      expect(
        await vm.sh('stat -c "%s %U" /srv/pushed/there/sub/big; stat -c %a /srv/small; cat /srv/small'),
      ).toBe('20000000 root\n750\none');
      expect(await vm.sh('ls -A /srv /srv/pushed')).not.toContain('.push');
      removeTree(folder);
    },
    2 * MINUTES,
  );

  test(
    'a power cut keeps what was synced and loses what was not',
    async () => {
      await vm.sh('mkdir -p /srv/cut; echo old >/srv/cut/replaced; sync');
      await vm.sh('echo synced >/srv/cut/synced; sync /srv/cut/synced /srv/cut');
      await vm.sh('echo lost >/srv/cut/lost; echo new >/srv/cut/replaced; cat /srv/cut/lost');
      const running = vm.exec(['sleep', '100']);
      await vm.powerCut();
      expect((await running).code).toBe(137);
      expect(vm.isRunning).toBe(false);
      await expect(vm.exec(['true'])).rejects.toThrow(/is off/);

      expect(await vm.readDisk('/srv/cut/synced')).toBe('synced\n');
      expect((await vm.readDisk('/srv/cut/lost')) ?? '').toBe('');
      expect(await vm.readDisk('/srv/cut/replaced')).not.toBe('new\n');
      expect(await vm.withDisk(async (root) => existsSync(join(root, 'srv/cut/synced')))).toBe(true);

      await vm.boot();
      expect(await vm.sh('cat /srv/cut/synced; systemctl is-system-running')).toBe('synced\nrunning\n');
      expect((await vm.exec(['cat', '/srv/cut/lost'])).stdout).toBe('');
    },
    5 * MINUTES,
  );

  test(
    'an orderly shutdown keeps everything',
    async () => {
      await vm.sh('echo kept >/srv/kept');
      await vm.shutdown();
      expect(await vm.readDisk('/srv/kept')).toBe('kept\n');
    },
    3 * MINUTES,
  );
});
