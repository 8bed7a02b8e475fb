import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLab, type Lab, labSkipReason } from '../support/lab.ts';
import { SEED, seededRandom } from '../support/random.ts';
import { type AgentNode, bootNode } from './support/agent-node.ts';
import { numbered } from './support/numbered.ts';

const reason = labSkipReason();
/** test/boot/interrupted.test.ts has the real bundle; here the bundle is small, and more of it changes. */
const [KILLS, FIRST_KILLS, CUTS] = process.env.PIGSTY_TEST_LONG ? [20, 4, 12] : [6, 2, 3];

const KILL_AFTER = (wait: string) =>
  `cd /root/bundle; ./pigsty-agent apply --any-address >/root/killed.log 2>&1 & ${wait}; kill -KILL $! 2>/dev/null; :`;

/** The node as it was before its first bundle. */
const WIPE = `
systemctl stop pigsty.target sleeper.service note.service 'extra*'
cut -d ' ' -f 1 /var/lib/pigsty/links | grep -v hostname | xargs rm -f
rm -rf /etc/pigsty /var/lib/pigsty /data /run/pigsty-agent /run/tenant
sed -i /^tenant:/d /etc/passwd /etc/group /etc/shadow /etc/gshadow
systemctl daemon-reload`;

let lab: Lab;
beforeAll(async () => {
  if (reason === undefined) lab = await createLab();
});
afterAll(() => lab?.destroy());

/** The node holds bundle n, all of it and nothing else, and its services run with it. */
async function expectBundle(host: AgentNode, n: number, digest: string): Promise<void> {
  const current = await host.target('/etc/pigsty/current');
  expect(current).toContain(digest.slice(0, 12));
  expect(await host.target('/etc/pigsty/good')).toBe(current);
  expect(await host.leftovers()).toBe('');
  const dangling = 'find /etc /usr/local -xtype l -lname "/etc/pigsty/*"';
  expect(await host.node.sh(dangling)).toBe('');
  await host.node.sh(`until grep -q "reload ${n}$" /data/tenant/seen; do sleep 0.1; done`, {
    timeoutSeconds: 10,
  });
  expect(await host.read('/data/tenant/seen')).toBe(`restart ${Math.floor(n / 2)}\nreload ${n}`);
  expect((await host.read('/data/tenant/runs')).split('\n').at(-1)).toBe(`run ${n}`);
  const extra = await host.node.exec(['systemctl', 'is-active', 'extra.service']);
  expect(extra.stdout.trim()).toBe(n % 2 === 1 ? 'active' : 'inactive');
  expect((await host.node.exec(['cat', '/etc/odd.conf'])).stdout).toBe(n % 2 === 1 ? `${n}\n` : '');
  const verified = await host.shell('pigsty-agent verify');
  expect(verified.code, verified.stderr).toBe(0);
  const again = await host.run('apply');
  expect(again.stderr).toContain('nothing to do');
}

describe.skipIf(reason !== undefined)(`an interrupted agent ${reason ?? ''}`, () => {
  let host: AgentNode;
  /** How long a whole apply takes here: moments are drawn from it. */
  let seconds: number;

  beforeAll(async () => {
    host = await bootNode(lab, { ip: '10.10.10.31', name: 'killed' });
    await host.apply(numbered(0));
    await host.ship(numbered(1));
    const start = performance.now();
    await host.run('apply');
    seconds = (performance.now() - start) / 1000;
  });

  test(`is killed at ${KILLS} moments, and the next apply ends right (seed ${SEED})`, async () => {
    const random = seededRandom(SEED);
    for (let n = 2; n < 2 + KILLS; n++) {
      const { digest } = await host.ship(numbered(n));
      const moment = (random() * seconds * 1.05).toFixed(3);
      await host.shell(KILL_AFTER(`sleep ${moment}`));
      const { code, stderr } = await host.run('apply');
      expect(code, `bundle ${n}, killed after ${moment} s: ${stderr}`).toBe(0);
      await expectBundle(host, n, digest);
    }
  });

  test(`is killed at ${FIRST_KILLS} moments of the first apply of a node (seed ${SEED})`, async () => {
    const random = seededRandom(SEED);
    const { digest } = await host.ship(numbered(1));
    for (let round = 0; round < FIRST_KILLS; round++) {
      await host.node.sh(WIPE);
      const moment = (random() * seconds * 1.05).toFixed(3);
      await host.shell(KILL_AFTER(`sleep ${moment}`));
      const { code, stderr } = await host.run('apply');
      expect(code, `round ${round}, killed after ${moment} s: ${stderr}`).toBe(0);
      await expectBundle(host, 1, digest);
    }
  });

  test('is killed when it has made the first directory in a state: the marker is there', async () => {
    await host.node.sh(WIPE);
    const { digest } = await host.ship(numbered(1));
    await host.shell(KILL_AFTER('until [ -e /data/tenant/inner ]; do :; done'));
    expect(await host.read('/data/tenant/.pigsty-state')).toMatch(/ tenant$/);
    const { code, stderr } = await host.run('apply');
    expect(code, stderr).toBe(0);
    await expectBundle(host, 1, digest);
  });

  test('is ended by a signal, and leaves nothing', async () => {
    await host.ship(numbered(100));
    const before = await host.snapshot();
    await host.shell('cd /root/bundle; ./pigsty-agent stage --any-address & sleep 0.05; kill -TERM $!; wait');
    expect(await host.leftovers()).toBe('');
    expect(await host.snapshot()).toBe(before);
  });
});

describe.skipIf(reason !== undefined)(`a power cut ${reason ?? ''}`, () => {
  test(`at ${CUTS} moments of an apply: the node comes up on a good generation, and takes the bundle (seed ${SEED})`, async () => {
    const host = await bootNode(lab, { ip: '10.10.10.32', name: 'cut', hasOwnDisk: true });
    await host.apply(numbered(0));
    await host.ship(numbered(1));
    const start = performance.now();
    await host.run('apply');
    const milliseconds = performance.now() - start;
    const random = seededRandom(SEED);
    for (let n = 2; n < 2 + CUTS; n++) {
      const { digest } = await host.ship(numbered(n));
      const applied = host.run('apply').catch(() => undefined);
      await delay(random() * milliseconds * 1.1);
      await host.node.powerCut();
      await applied;
      await host.node.boot();
      expect(await host.target('/etc/pigsty/current')).toBe(await host.target('/etc/pigsty/good'));
      expect(await host.leftovers()).toBe('');
      expect(await host.life('sleeper.service')).toContain('ActiveState=active');
      const { code, stderr } = await host.run('apply');
      expect(code, stderr).toBe(0);
      await expectBundle(host, n, digest);
    }
  });

  test('during the first apply of a node: the next apply ends right', async () => {
    const random = seededRandom(SEED);
    for (const name of ['first-a', 'first-b', 'first-c']) {
      const host = await bootNode(lab, { ip: '10.10.10.33', name, hasOwnDisk: true });
      const { digest } = await host.ship(numbered(1));
      const applied = host.run('apply').catch(() => undefined);
      await delay(200 + random() * 600);
      await host.node.powerCut();
      await applied;
      await host.node.boot();
      const { code, stderr } = await host.run('apply');
      expect(code, stderr).toBe(0);
      await expectBundle(host, 1, digest);
      await host.node.powerCut();
    }
  });
});

describe.skipIf(reason !== undefined)(`image trees and a power cut ${reason ?? ''}`, () => {
  const TREES =
    'ls /var/lib/pigsty/images 2>/dev/null || :; ls /var/lib/pigsty/images/*/synced 2>/dev/null | wc -l';
  let host: AgentNode;
  let digest: string;

  beforeAll(async () => {
    host = await bootNode(lab, { ip: '10.10.10.35', name: 'trees', hasOwnDisk: true });
    ({ digest } = await host.ship(
      numbered(1, { check: '[ -e /root/well ] || sleep 60\n', checkSeconds: 60 }),
    ));
    await host.shell(KILL_AFTER('until [ -s /data/tenant/seen ]; do sleep 0.1; done'));
  });

  test('services start before they are on disk', async () => {
    expect(await host.life('sleeper.service')).toContain('ActiveState=active');
    expect(await host.node.sh(TREES)).toMatch(/^\w+\n\w+\n0\n$/);
  });

  test('what a power cut may have spoilt does not run, and is unpacked again', async () => {
    await host.node.powerCut();
    await host.node.boot();
    expect(await host.node.sh(TREES)).toBe('0\n');
    expect(await host.node.sh('journalctl -u pigsty-boot')).toContain(
      'image tiny is missing after a power failure',
    );
    expect(await host.life('sleeper.service')).not.toContain('ActiveState=active');
    await host.node.sh('touch /root/well');
    const { code, stderr } = await host.run('apply');
    expect(code, stderr).toBe(0);
    await expectBundle(host, 1, digest);
    expect(await host.node.sh(TREES)).toMatch(/^\w+\n\w+\n2\n$/);
  });

  test('a generation that did not become healthy keeps its trees', async () => {
    await host.apply(numbered(1));
    await host.ship(numbered(2, { check: 'exit 1\n', checkSeconds: 1 }));
    expect((await host.run('apply', '--no-rollback')).code).toBe(6);
    expect(await host.node.sh(TREES)).toMatch(/^\w+\n\w+\n\w+\n\w+\n4\n$/);
  });
});

describe.skipIf(reason !== undefined)(
  `a generation that stays although it is not healthy ${reason ?? ''}`,
  () => {
    let host: AgentNode;
    let good: string;

    beforeAll(async () => {
      host = await bootNode(lab, { ip: '10.10.10.34', name: 'sick' });
      await host.apply(numbered(0));
      good = await host.target('/etc/pigsty/good');
    });

    test('a check that hangs ends at its time: exit 6, good stays', async () => {
      await host.ship(numbered(1, { check: 'sleep 1000\n', checkSeconds: 1 }));
      expect((await host.run('apply', '--no-rollback')).code).toBe(6);
      expect(await host.target('/etc/pigsty/good')).toBe(good);
      expect(await host.target('/etc/pigsty/current')).not.toBe(good);
    });

    test('then a reboot returns to the good one, with its links and units', async () => {
      await host.node.reboot();
      expect(await host.target('/etc/pigsty/current')).toBe(good);
      expect(await host.node.sh('journalctl -b -u pigsty-boot -o cat --no-pager')).toContain(
        `back to ${good}`,
      );
      expect((await host.node.exec(['cat', '/etc/odd.conf'])).code).toBe(1);
      expect(await host.read('/data/tenant/seen')).toBe('restart 0\nreload 0');
      expect((await host.node.exec(['systemctl', 'is-active', 'extra.service'])).stdout.trim()).toBe(
        'inactive',
      );
      expect(await host.leftovers()).toBe('');
    });

    test('a return to the good one that was cut short is finished by the next boot, or by apply', async () => {
      const spoil = 'touch /var/lib/pigsty/switching; rm /etc/hosts /etc/systemd/system/sleeper.service';
      await host.node.sh(spoil);
      await host.node.reboot();
      expect(await host.life('sleeper.service')).toContain('ActiveState=active');
      expect(await host.leftovers()).toBe('');
      await host.ship(numbered(0));
      await host.node.sh(spoil);
      expect((await host.run('apply')).code).toBe(0);
      expect(await host.target('/etc/hosts')).toBe('/etc/pigsty/current/etc/hosts');
      expect(await host.leftovers()).toBe('');
      good = await host.target('/etc/pigsty/good');
    });

    test('a bundle that is healthy goes on from there', async () => {
      const { digest } = await host.ship(numbered(4));
      expect((await host.run('apply')).code).toBe(0);
      await expectBundle(host, 4, digest);
    });
  },
);
