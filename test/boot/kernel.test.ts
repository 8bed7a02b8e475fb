import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root, Workshop } from '../support/product.ts';
import { createVm, type Vm, vmSkipReason } from '../support/vm.ts';

/* What module NODE sets in a kernel, at once and after a boot: settings, swap, the clock; jobs of the crontab. */
const reason = vmSkipReason();
const MINUTES = 60_000;

const SWAP = `fallocate -l 64M /swapfile
chmod 600 /swapfile
mkswap -q /swapfile
echo '/swapfile none swap sw 0 0' >>/etc/fstab
systemctl daemon-reload
swapon -a`;

describe.skipIf(reason)(`a host with a kernel of its own${reason ? ` (${reason})` : ''}`, () => {
  let vm: Vm;
  let workshop: Workshop;

  beforeAll(async () => {
    workshop = new Workshop(join(root, 'test/boot/support/plain.yml'));
    const bundle = await workshop.bundle('10.10.10.10');
    vm = await createVm({ name: 'kernel', ip: '10.10.10.10', memoryMegabytes: 1024, numaNodes: 2 });
    await vm.boot();
    await vm.push(bundle, '/root/bundle');
    await vm.sh(SWAP);
    expect(await vm.sh('cat /proc/swaps')).toContain('/swapfile');
  }, 15 * MINUTES);
  afterAll(async () => {
    await vm?.destroy();
    workshop?.remove();
  }, MINUTES);

  async function expectKernel(): Promise<void> {
    const keys = [
      'vm/dirty_ratio',
      'vm/max_map_count',
      'net/core/somaxconn',
      'net/bridge/bridge-nf-call-iptables',
    ];
    expect(await vm.sh(`cd /proc/sys; cat ${keys.join(' ')}`)).toBe('90\n262144\n65535\n0\n');
    expect(await vm.sh('grep HugePages_Total /proc/meminfo')).toMatch(/ 24$/m);
    expect(await vm.sh("cut -d ' ' -f 1 /proc/modules")).toMatch(
      /^ip_vs$[\s\S]*^br_netfilter$|^br_netfilter$[\s\S]*^ip_vs$/m,
    );
    expect(await vm.sh('cat /sys/kernel/mm/transparent_hugepage/enabled')).toContain('[never]');
    expect(await vm.sh("runuser dba -s /bin/sh -c 'ulimit -n; ulimit -c'")).toBe('1048576\nunlimited\n');
    expect(await vm.sh('cat /proc/swaps')).not.toContain('/swapfile');
    expect(await vm.sh('systemctl is-active chrony pigsty-no-swap pigsty-no-firewall')).toBe(
      'active\nactive\nactive\n',
    );
    // There is no network: it goes on trying.
    expect(await vm.sh('chronyc -n tracking')).toMatch(/^Leap status *: Not synchronised$/m);
    expect(await vm.sh('grep nameserver /etc/resolv.conf | head -n 1')).toBe('nameserver 192.0.2.53\n');
  }

  test(
    'has its settings, modules and huge pages after apply',
    async () => {
      const applied = await vm.exec(['/root/bundle/pigsty-agent', 'apply'], { timeoutSeconds: 600 });
      expect(applied.code, applied.stderr).toBe(0);
      await expectKernel();
      expect(await vm.sh("runuser dba -s /bin/sh -c 'cat ~/.ssh/authorized_keys2'")).toContain(
        'operator@example',
      );
      expect(await vm.sh('stat -Lc "%a %U" /home/dba /home/dba/.ssh /home/dba/.ssh/authorized_keys2')).toBe(
        '750 dba\n700 dba\n644 root\n',
      );
    },
    15 * MINUTES,
  );

  test(
    'keeps the clock in step with a source that answers',
    async () => {
      // A second chronyd in a network namespace of its own is the source; clocks of namespaces are one.
      await vm.sh(`ip netns add source
        ip link add to-source type veth peer name eth0 netns source
        ip address add 192.0.2.1/24 dev to-source
        ip link set to-source up
        ip -n source address add 192.0.2.2/24 dev eth0
        ip -n source link set eth0 up
        systemd-run -q -p NetworkNamespacePath=/run/netns/source -p MountAPIVFS=yes -p RuntimeDirectory=source \\
          -p RootDirectory="$(systemctl show -p RootDirectory --value chrony)" -p BindReadOnlyPaths=/etc:/run/host/etc \\
          /usr/sbin/chronyd -x -d -u root 'local stratum 3' allow 'cmdport 0' 'pidfile /run/source/pid' \\
          'bindcmdaddress /run/source/sock'`);
      await vm.sh('chronyc add server 192.0.2.2 iburst');
      await expect
        .poll(() => vm.sh('chronyc -n tracking'), { timeout: 120_000, interval: 2000 })
        .toMatch(/192\.0\.2\.2[\s\S]*Leap status *: Normal/);
    },
    5 * MINUTES,
  );

  test(
    'runs the jobs of its crontab at their time, as their users',
    async () => {
      await expect
        .poll(() => vm.sh('cat /run/cron-was-here 2>/dev/null || :'), { timeout: 150_000, interval: 5000 })
        .toMatch(/^\d{4}-\d\d-\d\d\n$/);
      expect(await vm.sh('systemctl show -p User --value pigsty-cron-2.service')).toBe('nobody\n');
      expect(await vm.sh('systemctl list-timers --no-legend pigsty-cron-2.timer')).toContain('Sun ');
    },
    5 * MINUTES,
  );

  test(
    'has them after a boot',
    async () => {
      await vm.shutdown();
      await vm.boot();
      await expectKernel();
      const maps = await vm.sh('cat /proc/$(systemctl show -p MainPID --value chrony)/numa_maps');
      expect(new Set(maps.match(/(?<=^[0-9a-f]+ )\S+/gm))).toEqual(new Set(['interleave:0-1']));
      expect(await vm.sh('systemctl is-active pigsty-cron-1.timer pigsty-cron-2.timer')).toBe(
        'active\nactive\n',
      );
    },
    5 * MINUTES,
  );

  test(
    'has swap again when node_disable_swap goes',
    async () => {
      workshop.edit((text) => text.replace('node_disable_swap: true', 'node_disable_swap: false'));
      await vm.push(await workshop.bundle('10.10.10.10'), '/root/with-swap');
      const applied = await vm.exec(['/root/with-swap/pigsty-agent', 'apply'], { timeoutSeconds: 600 });
      expect(applied.code, applied.stderr).toBe(0);
      expect(await vm.sh('cat /proc/swaps')).toContain('/swapfile');
    },
    10 * MINUTES,
  );
});
