import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLab, type Lab, labSkipReason } from '../support/lab.ts';
import type { Suite } from '../support/rootfs.ts';
import { type AgentNode, bootNode } from './support/agent-node.ts';
import { imageId } from './support/bundle-writer.ts';
import { sampleBundle, tinyImage, type Variation } from './support/sample.ts';

const reason = labSkipReason();
const images = reason === undefined ? new Map([['tiny', tinyImage()]]) : new Map();
const sample = (variation: Variation = {}) => sampleBundle(images, imageId, variation);

/** test/boot/meta.test.ts has both always, with the real bundle. */
const SUITES: readonly Suite[] = process.env.PIGSTY_TEST_LONG ? ['bookworm', 'trixie'] : ['bookworm'];

/** Who holds the agent's lock; the agent waits 30 s for one that does not name itself. */
const NAMED = ['says its number', 'echo $$ >/run/pigsty-agent/lock'] as const;
const NAMELESS = ['does not', ': >/run/pigsty-agent/lock'] as const;
const HOLDERS = process.env.PIGSTY_TEST_LONG ? [NAMED, NAMELESS] : [NAMED];

describe.skipIf(reason !== undefined).each<Suite>(SUITES)(`apply on %s ${reason ?? ''}`, (suite) => {
  let lab: Lab;
  let host: AgentNode;

  beforeAll(async () => {
    lab = await createLab();
    host = await bootNode(lab, { ip: '10.10.10.11', name: 'before', suite });
  });
  afterAll(() => lab?.destroy());

  test('a fresh node becomes what the bundle says', async () => {
    const said = await host.apply(sample());
    expect(said).toMatch(/stage: 1 images, \d+ MB/);
    expect(said).toMatch(/1-[0-9a-f]{12} is current and good/);
    expect(await host.target('/etc/pigsty/good')).toBe(await host.target('/etc/pigsty/current'));
    expect(await host.leftovers()).toBe('');
  });

  test('the service runs in its image, and sees configuration, secret and the /etc of the host', async () => {
    expect(await host.read('/data/tenant/seen')).toBe('restart 1\nreload 1');
    expect(await host.read('/data/tenant/hosts')).toContain('10.10.10.11 node-1');
    const pid = (await host.node.sh('systemctl show -p MainPID --value sleeper.service')).trim();
    expect(await host.read(`/proc/${pid}/root/usr/share/tiny/name`)).toBe('tiny');
  });

  test('owners and modes are the manifest’s, not the tar’s', async () => {
    const stat = (path: string) => host.node.sh(`stat -L -c '%a %U:%G' ${path}`);
    expect(await stat('/etc/pigsty/current/etc/tenant/password')).toBe('600 tenant:tenant\n');
    expect(await stat('/etc/pigsty/current/etc/tenant/measured.conf')).toBe('640 root:tenant\n');
    expect(await stat('/etc/pigsty/current/units/sleeper.service')).toBe('644 root:root\n');
    expect(await stat('/usr/local/sbin/pigsty-agent')).toBe('755 root:root\n');
    expect(await stat('/data/tenant')).toBe('750 tenant:tenant\n');
    expect(await stat('/data/tenant/inner')).toBe('700 tenant:tenant\n');
    expect(await stat('/var/lib/pigsty/bundles')).toBe('700 root:root\n');
  });

  test('the measured file holds the numbers of this node', async () => {
    const measured = await host.read('/etc/pigsty/current/etc/tenant/measured.conf');
    expect(measured).toMatch(new RegExp(`^cpu=${cpus().length} memory=\\d+ disk=\\d{9,}$`));
    const kibibytes = Number((await host.node.sh('grep MemTotal /proc/meminfo')).replace(/\D/g, ''));
    expect(Number(/memory=(\d+)/.exec(measured)?.[1])).toBeLessThanOrEqual(Math.ceil(kibibytes / 1024));
  });

  test('settings reach the kernel, names and links the host', async () => {
    expect(await host.read('/proc/sys/net/ipv4/ip_forward')).toBe('1');
    expect(await host.node.sh('stat -c %U /run/tenant')).toBe('tenant\n');
    expect(await host.node.sh('hostname; cat /etc/hostname')).toBe('node-1\nnode-1\n');
    expect(await host.target('/tenant')).toBe('/data/tenant');
    expect(await host.read('/data/tenant/.pigsty-state')).toBe('lab 10.10.10.11 tenant');
    expect(await host.read('/var/lib/pigsty/state/tenant')).toBe('/data/tenant');
    expect(await host.read('/data/tenant/runs')).toBe('run 1');
  });

  test('files that were there before are kept', async () => {
    expect(await host.read('/var/lib/pigsty/original/etc/hosts')).toContain('127.0.1.1 before');
    expect(await host.read('/var/lib/pigsty/original/etc/hostname')).toBe('before');
  });

  test('the same bundle again: nothing is touched, nothing is hashed', async () => {
    const before = [await host.life('sleeper.service'), await host.snapshot()];
    await host.node.sh('echo x >> /root/bundle/index.json'); // would be found corrupted
    const result = await host.run('apply');
    expect(result.code).toBe(0);
    expect(result.stderr).toMatch(/^pigsty-agent: apply: nothing to do, .* is current and good\n$/);
    expect([await host.life('sleeper.service'), await host.snapshot()]).toEqual(before);
  });

  test('a unit that was stopped by hand is started, the others are left alone', async () => {
    const before = await host.life('pigsty.target');
    await host.node.sh('systemctl stop sleeper.service');
    const result = await host.run('apply');
    expect(result.code).toBe(0);
    expect(result.stderr).toContain('started sleeper.service');
    expect(await host.life('pigsty.target')).toBe(before);
    expect(await host.target('/etc/pigsty/current')).toMatch(/^generations\/1-/);
  });

  test('a changed file that is reloaded: the service reads it, and lives on', async () => {
    const before = await host.life('sleeper.service');
    const said = await host.apply(sample({ reloadText: 'reload 2' }));
    expect(said).toContain('reloaded sleeper.service');
    expect(await host.life('sleeper.service')).toBe(before);
    await host.node.sh('until grep -q "reload 2" /data/tenant/seen; do sleep 0.1; done');
    expect(await host.node.sh('systemctl show -p NeedDaemonReload --value sleeper.service')).toBe('no\n');
    expect(await host.read('/data/tenant/runs')).toBe('run 1');
  });

  test('a changed file that needs a restart: that unit restarts, no other', async () => {
    await host.apply(sample({ reloadText: 'reload 2', hasExtraUnit: true }));
    const before = { sleeper: await host.life('sleeper.service'), extra: await host.life('extra.service') };
    const said = await host.apply(
      sample({ reloadText: 'reload 2', restartText: 'restart 2', hasExtraUnit: true }),
    );
    expect(said).toContain('restarted sleeper.service');
    expect(await host.life('sleeper.service')).not.toBe(before.sleeper);
    expect(await host.life('extra.service')).toBe(before.extra);
    expect(await host.read('/data/tenant/seen')).toBe('restart 2\nreload 2');
    expect(await host.read('/data/tenant/runs')).toBe('run 1');
  });

  test('checks wait for units that are on their way', async () => {
    const slow = (text: string) => ({
      path: 'units/slow.service',
      content: `# ${text}\n[Service]\nType=exec\nExecStart=/bin/sleep infinity\nExecStop=/bin/sleep 1\n`,
    });
    const units = [{ name: 'slow.service', activation: 'start' }] as const;
    const check = 'systemctl list-jobs --no-legend >> /root/jobs\n';
    await host.apply(sample({ files: [slow('one')], units }));
    await host.apply(sample({ files: [slow('two')], units, check }));
    expect(await host.read('/root/jobs')).toBe('');
    await host.apply(sample({ reloadText: 'reload 2', restartText: 'restart 2', hasExtraUnit: true }));
  });

  test('a changed one-shot runs again, once', async () => {
    await host.apply(sample({ runText: 'run 2', hasExtraUnit: true }));
    await host.apply(sample({ runText: 'run 2', reloadText: 'reload 3', hasExtraUnit: true }));
    expect(await host.read('/data/tenant/runs')).toBe('run 1\nrun 2');
  });

  test('a unit and a link that are gone leave the host', async () => {
    const said = await host.apply(sample({ runText: 'run 2' }));
    expect(said).toContain('stopping extra.service');
    const { stdout } = await host.node.exec([
      'systemctl',
      'show',
      '-p',
      'LoadState,ActiveState',
      'extra.service',
    ]);
    expect(stdout).toBe('LoadState=not-found\nActiveState=inactive\n');
    expect(await host.target('/etc/systemd/system/extra.service')).toBe('');
  });

  test('a file that replaced our link is kept, then ours is back', async () => {
    await host.node.sh('sed -i s/localhost/mine/ /etc/hosts'); // sed -i puts a file in the link's place
    await host.apply(sample({ reloadText: 'reload 4' }));
    expect(await host.target('/etc/hosts')).toBe('/etc/pigsty/current/etc/hosts');
    expect(await host.read('/var/lib/pigsty/original/etc/hosts')).toContain('127.0.0.1 mine');
    expect(await host.node.sh('cat /var/lib/pigsty/original/etc/hosts.~*')).toContain('127.0.1.1 before');
  });

  test('a link that is no longer wanted gives its place back to the file that was there', async () => {
    await host.node.sh('echo kept > /etc/tenant.conf; chmod 0640 /etc/tenant.conf');
    const file = { path: 'etc/tenant.conf', content: 'ours\n', link: '/etc/tenant.conf' };
    await host.apply(sample({ files: [file] }));
    expect(await host.read('/etc/tenant.conf')).toBe('ours');
    await host.apply(sample({ reloadText: 'reload 5' }));
    expect(await host.node.sh('cat /etc/tenant.conf; stat -c "%F %a" /etc/tenant.conf')).toBe(
      'kept\nregular file 640\n',
    );
  });

  test('a mount point at a link’s place gets the content', async () => {
    await host.node.sh(
      'rm /etc/hosts; echo mounted > /etc/hosts; echo below > /root/hosts; mount --bind /root/hosts /etc/hosts',
    );
    const said = await host.apply(sample({ hosts: 'in place\n' }));
    expect(said).toContain('/etc/hosts is a mount point: written in place');
    expect(await host.read('/etc/hosts')).toBe('in place');
    await host.node.sh('umount /etc/hosts');
    await host.apply(sample());
    expect(await host.target('/etc/hosts')).toBe('/etc/pigsty/current/etc/hosts');
  });

  test('status says what runs, in text and as JSON', async () => {
    const generation = (await host.target('/etc/pigsty/current')).replace('generations/', '');
    expect((await host.shell('pigsty-agent status')).stdout).toContain(`current  ${generation}\n`);
    const status = JSON.parse((await host.shell('pigsty-agent status --json')).stdout);
    expect(status).toMatchObject({
      kind: 'NodeStatus',
      site: 'lab',
      host: '10.10.10.11',
      switching: false,
    });
    expect(status).toMatchObject({ current: generation, good: generation });
    expect(status.units).toContainEqual({ name: 'sleeper.service', activation: 'start', state: 'active' });
    expect(status.state).toEqual([{ name: 'tenant', path: '/data/tenant', presence: 'present' }]);
  });

  test('verify finds a changed file of the generation, of a bundle, of a tree', async () => {
    expect((await host.shell('pigsty-agent verify /root/bundle')).code).toBe(0);
    const tree = `/var/lib/pigsty/images/${imageId(images.get('tiny'))}/rootfs/usr/share/tiny/name`;
    for (const path of [
      '/etc/pigsty/current/etc/tenant/run.sh',
      '/var/lib/pigsty/staged/secrets.tar',
      tree,
    ]) {
      await host.node.sh(`cp -a ${path} /root/sound; echo x >> ${path}`);
      const { code, stderr } = await host.shell('pigsty-agent verify');
      expect(code, path).toBe(4);
      expect(stderr).toContain(path.split('/').at(-1));
      await host.node.sh(`cp -a /root/sound ${path}`);
    }
    expect((await host.shell('pigsty-agent verify')).code).toBe(0);
  });

  test('verify with the bundle finds one byte in a tree, its time and size unchanged', async () => {
    const path = `/var/lib/pigsty/images/${imageId(images.get('tiny'))}/rootfs/usr/share/tiny/name`;
    await host.node.sh(`touch -r ${path} /root/time; echo tinx > ${path}; touch -r /root/time ${path}`);
    expect((await host.shell('pigsty-agent verify')).code).toBe(0);
    expect((await host.shell('pigsty-agent verify /root/bundle')).code).toBe(4);
    await host.node.sh(`echo tiny > ${path}; touch -r /root/time ${path}`);
  });

  test('after a reboot everything runs, and apply changes nothing', async () => {
    expect(await host.node.reboot()).toBe('running');
    const { code, stderr } = await host.run('apply');
    expect(code).toBe(0);
    expect(stderr).toContain('nothing to do');
    expect(await host.life('sleeper.service')).toContain('ActiveState=active');
  });

  test('a one-shot that is at work since the boot is left to it', async () => {
    const waits = "' >/dev/null; until [ -e /data/tenant/go ]; do sleep 0.2; done; echo 'run 3";
    await host.node.sh('touch /data/tenant/go');
    await host.apply(sample({ runText: waits }));
    await host.node.sh('rm /data/tenant/go /var/lib/pigsty/ran/note.service');
    await host.node.reboot();
    await host.node.sh('systemctl start --no-block note.service');
    const applied = host.run('apply');
    await delay(3000);
    await host.node.sh('touch /data/tenant/go');
    const { code, stderr } = await applied;
    expect(code, stderr).toBe(0);
    expect(stderr).not.toContain('note.service');
    expect(await host.node.sh('systemctl show -p Result note.service')).toBe('Result=success\n');
  });

  test('stage changes no behaviour; apply without a directory takes what is staged', async () => {
    const before = await host.life('sleeper.service');
    const current = await host.target('/etc/pigsty/current');
    const { digest } = await host.ship(sample({ restartText: 'restart 9' }));
    expect((await host.run('stage')).code).toBe(0);
    expect(await host.target('/etc/pigsty/current')).toBe(current);
    expect(await host.life('sleeper.service')).toBe(before);
    await host.node.sh('rm -rf /root/bundle');
    expect((await host.shell('pigsty-agent apply')).code).toBe(0);
    expect(await host.target('/etc/pigsty/current')).toContain(digest.slice(0, 12));
    expect(await host.read('/data/tenant/seen')).toContain('restart 9');
  });

  test.each(HOLDERS)(
    'one at a time, also beside one that %s; services do not hold the lock',
    async (_, says) => {
      await host.ship(sample({ restartText: says }));
      await host.node.sh('flock -n /run/pigsty-agent/lock true');
      const held = `${says}; /root/bundle/pigsty-agent apply`;
      const busy = await host.shell(`flock /run/pigsty-agent/lock sh -c '${held}'`);
      expect(busy.code).toBe(2);
      expect(busy.stderr).toContain('another pigsty-agent is running');
      const codes = await Promise.all([host.run('apply'), host.run('apply')]);
      expect(codes.map(({ code }) => code).sort()).toEqual([0, 2]);
    },
  );

  test('the secret was never said', async () => {
    const journal = await host.node.sh('journalctl --no-pager');
    expect(host.said).toContain('is current and good');
    expect(`${host.said}${journal}`).not.toContain('hush-hush');
  });
});
