import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { inCgroup, makeCgroup } from '../support/cgroup.ts';
import { createLab, type Lab, type LabClient, labSkipReason } from '../support/lab.ts';
import type { LabNode } from '../support/node.ts';
import { reapStaleLabs } from '../support/teardown.ts';

const reason = labSkipReason();
const MINUTES = 60_000;

/** A root file system of six programs and their libraries, and a unit that runs in it with what our units use. */
const TREE = `
mkdir -p /srv/tree/usr/bin /srv/tree/usr/lib /srv/tree/usr/lib64 /srv/tree/etc /srv/tree/data /data
cd /srv/tree
ln -s usr/bin bin; ln -s usr/lib lib; ln -s usr/lib64 lib64
mkdir -p proc sys dev run tmp var/tmp
touch etc/hosts
for b in dash cat grep id; do
  cp /bin/$b usr/bin/
  ldd /bin/$b | grep -o '/[^ ]*' | while read -r l; do mkdir -p "./$(dirname "$l")"; cp -Ln "$l" "./$l"; done
done
echo 'u labuser 543' | systemd-sysusers -
chown labuser:labuser /data
`;

const UNIT = `[Unit]
RequiresMountsFor=/data
[Service]
Type=oneshot
RemainAfterExit=yes
User=labuser
RootDirectory=/srv/tree
MountAPIVFS=yes
BindPaths=/data
BindReadOnlyPaths=/etc/hosts
PrivateTmp=yes
PrivateDevices=yes
ProtectSystem=strict
ProtectHome=yes
ProtectProc=invisible
ProtectHostname=yes
ProtectClock=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
NoNewPrivileges=yes
CapabilityBoundingSet=
SystemCallFilter=@system-service
SystemCallArchitectures=native
ReadWritePaths=/data
StateDirectory=hardened
LoadCredential=name:/etc/hostname
OOMScoreAdjust=-900
LimitNOFILE=65536
ExecStart=/usr/bin/dash -ec 'id -u >/data/who; echo x >/dev/shm/f; cat /dev/shm/f >/data/shm; echo t >/tmp/t'
ExecStart=/usr/bin/dash -c '(echo x >/etc/x) 2>/data/refused; test ! -e /etc/x'
ExecStart=/usr/bin/dash -ec 'grep CapBnd /proc/self/status >/data/capabilities; cat /etc/hosts >/data/hosts'
`;

describe.skipIf(reason)(`lab${reason ? ` (${reason})` : ''}`, () => {
  let lab: Lab;
  let client: LabClient;
  const nodes: LabNode[] = [];

  beforeAll(async () => {
    lab = await createLab();
    for (const [suite, ip] of [
      ['bookworm', '10.10.10.10'],
      ['trixie', '10.10.10.11'],
    ] as const) {
      nodes.push(await lab.node({ ip, name: `h-${suite}`, suite }));
    }
    client = await lab.client('10.10.10.99', 'client');
    await Promise.all(nodes.map((node) => node.boot()));
  }, 10 * MINUTES);

  afterAll(() => lab?.destroy(), MINUTES);

  test('nodes of both suites run, each with its own systemd, name and address', async () => {
    const seen = await Promise.all(
      nodes.map((node) =>
        node.sh(
          '. /etc/os-release; echo $VERSION_CODENAME; cat /proc/sys/kernel/hostname; systemctl is-system-running',
        ),
      ),
    );
    expect(seen).toEqual(['bookworm\nh-bookworm\nrunning\n', 'trixie\nh-trixie\nrunning\n']);
  });

  test('nodes and clients reach each other, and nothing else', async () => {
    for (const from of [...nodes.map((node) => node.execFromNetwork.bind(node)), client.exec]) {
      for (const to of ['10.10.10.10', '10.10.10.11', '10.10.10.99']) {
        expect(await from(['ping', '-c1', '-W2', to])).toMatchObject({ code: 0 });
      }
      expect((await from(['ip', 'route', 'show', 'default'])).stdout).toBe('');
      // TEST-NET-1 (RFC 5737): no machine has it, and without a route the kernel says so at once
      expect((await from(['ping', '-c1', '-W2', '192.0.2.1'])).stderr).toMatch(/unreachable/i);
      expect((await from(['ping', '-c1', '-W1', '10.10.10.12'])).code).not.toBe(0);
    }
  });

  test('a hardened unit runs in a root directory of its own', async () => {
    for (const node of nodes) {
      const unit = join(lab.directory, 'hardened.service');
      writeFileSync(unit, UNIT);
      await node.push(unit, '/etc/systemd/system/hardened.service');
      await node.sh(TREE);
      const started = await node.exec(['systemctl', 'start', 'hardened.service']);
      const journal = await node.sh('journalctl --no-pager -u hardened.service');
      expect(started.code, journal).toBe(0);
      expect(await node.sh('cd /data; cat who shm; stat -c %U who')).toBe('543\nx\nlabuser\n');
      expect(await node.sh('cat /data/refused')).toMatch(/Read-only/);
      expect(await node.sh('cat /data/capabilities')).toMatch(/0{16}/);
      expect(await node.sh('cat /data/hosts')).toContain(node.name);
      expect(await node.sh('cat /srv/tree/tmp/t 2>&1 || true')).toMatch(/No such file/);
    }
  });

  test('filters that systemd makes with BPF are in force', async () => {
    for (const node of nodes) {
      const argv = [
        'systemd-run',
        '-q',
        '--wait',
        '--pipe',
        '--collect',
        '-p',
        'DevicePolicy=strict',
        'sh',
        '-c',
      ];
      expect((await node.exec([...argv, 'echo x >/dev/null'])).stderr).toMatch(/not permitted/);
    }
  });

  test('exec tells code, outputs, user and input apart, and ends in time', async () => {
    const [node] = nodes;
    if (!node) throw new Error('no node');
    expect(await node.exec(['sh', '-c', 'cat; echo e >&2; exit 7'], { input: 'in' })).toEqual({
      code: 7,
      stdout: 'in',
      stderr: 'e\n',
    });
    expect(await node.sh('id -un; echo $HOME', { user: 'nobody' })).toBe('nobody\n/nonexistent\n');
    expect(await node.exec(['sleep', '100'], { timeoutSeconds: 1 })).toMatchObject({ code: 124 });
    await expect(node.sh('echo out; echo bad >&2; exit 3')).rejects.toThrow(/code 3.*out.*bad/s);
    expect(await node.sh('systemctl status init.scope | grep -c "sleep 100" || true')).toBe('0\n');
  });

  test('files go in and come out, on and off', async () => {
    const [node] = nodes;
    if (!node) throw new Error('no node');
    const there = join(lab.directory, 'tree');
    mkdirSync(join(there, 'sub'), { recursive: true });
    writeFileSync(join(there, 'sub/file'), 'on', { mode: 0o640 });
    await node.push(there, '/run/pushed/tree');
    expect(await node.sh('stat -c "%U %a" /run/pushed/tree/sub/file; cat /run/pushed/tree/sub/file')).toBe(
      'root 640\non',
    );
    await node.pull('/run/pushed/tree', join(lab.directory, 'back'));
    expect(readFileSync(join(lab.directory, 'back/sub/file'), 'utf8')).toBe('on');
  });

  test('a node without its cable is silent until it is healed', async () => {
    const [node] = nodes;
    const ping = ['ping', '-c1', '-W1', '10.10.10.10'];
    await node?.isolate();
    expect((await client.exec(ping)).code).not.toBe(0);
    await node?.heal();
    expect((await client.exec(ping)).code).toBe(0);
  });

  test(
    'a power cut takes everything down at once; what was written is there at the next boot',
    async () => {
      const [node] = nodes;
      if (!node) throw new Error('no node');
      await node.sh('echo kept >/var/kept; systemd-run -q --unit=busy sleep 1000');
      const before = await node.sh('cat /proc/sys/kernel/random/boot_id');
      await node.powerCut();
      expect((await client.exec(['ping', '-c1', '-W1', node.ip])).code).not.toBe(0);
      await expect(node.exec(['true'])).rejects.toThrow(/is off/);
      await node.boot();
      expect(await node.sh('cat /var/kept; systemctl is-active busy || true')).toBe('kept\ninactive\n');
      expect(await node.sh('cat /proc/sys/kernel/random/boot_id')).not.toBe(before);
      expect((await client.exec(['ping', '-c1', '-W2', node.ip])).code).toBe(0);
      expect(await nodes[1]?.sh('systemctl is-system-running')).toBe('running\n');
    },
    2 * MINUTES,
  );

  test('on a disk of its own a power cut keeps what was synced and loses what was not', async () => {
    const node = await lab.node({ ip: '10.10.10.13', name: 'own', hasOwnDisk: true });
    await node.boot();
    await node.sh('mkdir /srv/cut; echo old >/srv/cut/replaced; sync');
    await node.sh('echo synced >/srv/cut/synced; sync /srv/cut/synced /srv/cut');
    await node.sh('echo lost >/srv/cut/lost; echo new >/srv/cut/new; mv /srv/cut/new /srv/cut/replaced');
    expect(await node.sh('cat /srv/cut/lost /srv/cut/replaced')).toBe('lost\nnew\n');
    await node.powerCut();
    const read = (name: string) => readFileSync(join(node.root, 'srv/cut', name), 'utf8');
    expect(read('synced')).toBe('synced\n');
    expect(read('replaced')).not.toBe('new\n');
    expect(existsSync(join(node.root, 'srv/cut/lost')) ? read('lost') : '').toBe('');
    await node.boot();
    expect(await node.sh('cat /srv/cut/synced; systemctl is-system-running')).toBe('synced\nrunning\n');
    await node.powerCut();
  });

  test(
    'a data disk is a mount of its own, and can be left away',
    async () => {
      const node = nodes[1];
      if (!node) throw new Error('no node');
      const disk = join(lab.directory, 'disk');
      mkdirSync(disk);
      node.mount('/srv/disk', disk);
      await node.reboot();
      await node.sh('echo state >/srv/disk/file; systemctl is-active srv-disk.mount');
      node.unmount('/srv/disk');
      await node.reboot();
      expect(await node.sh('ls /srv/disk; systemctl is-active srv-disk.mount || true')).toBe('inactive\n');
      expect(readFileSync(join(disk, 'file'), 'utf8')).toBe('state\n');
    },
    2 * MINUTES,
  );

  test(
    'a second lab has the same addresses and is not seen; destroying it leaves nothing, and not twice',
    async () => {
      const other = await createLab();
      const node = await other.node({ ip: '10.10.10.10', name: 'h10' });
      await node.boot();
      expect(traces(other.id)).not.toEqual([]);
      expect(await node.sh('cat /var/kept 2>&1 || true')).toMatch(/No such file/);
      await other.destroy();
      await other.destroy();
      await vi.waitFor(() => expect(traces(other.id)).toEqual([]), 5000); // until init has reaped them
      expect(existsSync(other.directory)).toBe(false);
      expect(await nodes[0]?.sh('systemctl is-system-running')).toBe('running\n');
    },
    2 * MINUTES,
  );

  test('what a killed test run left behind is removed, what a live one has is not', async () => {
    const dead = spawnSync('true').pid;
    const id = `pigsty-lab-${dead}-abc123`;
    const directory = join(tmpdir(), id);
    mkdirSync(join(directory, 'h1/merged'), { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', join(directory, 'h1/merged')]);
    execFileSync('ip', ['netns', 'add', `${id}-switch`]);
    makeCgroup(`${id}/h1`);
    const [program, ...args] = inCgroup(`${id}/h1`, ['sleep', '1000']);
    const ended = new Promise((resolve) => spawn(program, args).on('exit', (_, signal) => resolve(signal)));
    await vi.waitFor(() => expect(traces(id).length).toBeGreaterThan(2), 5000);
    reapStaleLabs();
    expect(await ended).toBe('SIGKILL');
    expect(traces(id)).toEqual([]);
    expect(existsSync(directory)).toBe(false);
    expect(await nodes[0]?.sh('systemctl is-system-running')).toBe('running\n');
  });
});

/** What on this machine carries a lab's id: mounts, network namespaces, processes. */
function traces(id: string): readonly string[] {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  const namespaces = execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' }).split('\n');
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => ['cgroup', 'cmdline'].map((file) => readProc(pid, file)));
  return [...mounts, ...namespaces, ...processes].filter((line) => line.includes(id));
}

function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return ''; // ended meanwhile
  }
}
