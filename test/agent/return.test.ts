import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLab, type Lab, labSkipReason } from '../support/lab.ts';
import { SEED, seededRandom } from '../support/random.ts';
import { type AgentNode, bootNode } from './support/agent-node.ts';
import { numbered } from './support/numbered.ts';

/*
 * A bundle that is never healthy is applied to a node that runs a good one, and the agent is killed, the power fails or
 * the disk is full on the way there or on the way back: the node always ends on the good one, whole, and says so.
 */
const reason = labSkipReason();
const [KILLS, CUTS] = process.env.PIGSTY_TEST_LONG ? [20, 10] : [3, 3];
const SICK = { check: 'echo never; exit 1\n', checkSeconds: 1 } as const;
const GOOD = 2;
/** Leaves so many KiB free: blocks that are never written, and a rest that is, because the file itself takes some. */
const FILL = `
  available() { df --output=avail -k / | tail -n 1; }
  fill() {
    fallocate -l $(($(available) - $1 - 8192))K /root/filler-1
    sync -f /root
    head -c $((($(available) - $1) * 1024)) /dev/zero >/root/filler-2 || :
    sync -f /root
  }`;
const EMPTY = 'rm -f /root/filler-*';

describe.skipIf(reason !== undefined)(
  `on the way to a bundle that is not healthy (seed ${SEED}) ${reason ?? ''}`,
  () => {
    const random = seededRandom(SEED);
    let lab: Lab;
    let host: AgentNode;
    let good: string;
    /** How long it takes to apply the bundle and to go back. */
    let seconds: number;

    beforeAll(async () => {
      lab = await createLab();
      host = await bootNode(lab, { ip: '10.10.10.44', name: 'there-and-back', hasOwnDisk: true });
      await host.apply(numbered(GOOD));
      good = await host.target('/etc/pigsty/good');
      const start = performance.now();
      await host.ship(numbered(3, SICK));
      expect((await host.run('apply')).code).toBe(7);
      seconds = (performance.now() - start) / 1000;
    });
    afterAll(() => lab?.destroy());

    async function expectGood(): Promise<void> {
      expect(await host.target('/etc/pigsty/current')).toBe(good);
      expect(await host.target('/etc/pigsty/good')).toBe(good);
      expect(await host.leftovers()).toBe('');
      expect(await host.node.sh('find /etc /usr/local -xtype l -lname "/etc/pigsty/*"')).toBe('');
      expect(await host.life('sleeper.service')).toContain('ActiveState=active');
      const seen = `restart ${GOOD / 2}\nreload ${GOOD}`;
      await expect.poll(() => host.read('/data/tenant/seen'), { timeout: 10_000 }).toBe(seen);
      expect((await host.node.exec(['systemctl', 'is-active', 'extra.service'])).stdout.trim()).toBe(
        'inactive',
      );
      const name = good.replace('generations/', '');
      expect((await host.shell('pigsty-agent status')).stdout).toContain(
        `current  ${name}\ngood     ${name}\n`,
      );
      const verified = await host.shell('pigsty-agent verify');
      expect(verified.code, verified.stderr).toBe(0);
    }

    test(`killed at ${KILLS} moments: apply again, or rollback, ends on the good one`, async () => {
      const number = /\d+/.exec(good)?.[0] ?? '';
      for (let round = 0; round < KILLS; round++) {
        await host.ship(numbered(5 + 2 * round, SICK));
        const moment = (random() * seconds).toFixed(3);
        await host.shell(
          `cd /root/bundle; ./pigsty-agent apply --any-address >/root/killed.log 2>&1 & sleep ${moment}; kill -KILL $!; :`,
        );
        const told = `round ${round}, killed after ${moment} s: ${await host.read('/root/killed.log')}`;
        const byRollback = round % 2 === 1;
        const { code, stderr } = byRollback
          ? await host.shell(`/root/bundle/pigsty-agent rollback ${number}`)
          : await host.run('apply');
        expect(code, `${told}\n${stderr}`).toBe(byRollback ? 0 : 7);
        expect(stderr).toContain(`${good.replace('generations/', '')} is current`);
        await expectGood();
      }
    });

    test(`a power cut at ${CUTS} moments: the node boots on the good one`, async () => {
      for (let round = 0; round < CUTS; round++) {
        await host.ship(numbered(105 + 2 * round, SICK));
        const applied = host.run('apply').catch(() => undefined);
        await delay(random() * seconds * 1000);
        await host.node.powerCut();
        await applied;
        await host.node.boot();
        await expectGood();
      }
    });

    test('a full disk: refused when it is staged, with 2', async () => {
      await host.node.sh(`${FILL}\nfill 20000`);
      await host.ship(numbered(200, { check: 'true\n' }));
      const { code, stderr } = await host.run('apply');
      await host.node.sh(EMPTY);
      expect(code).toBe(2);
      expect(stderr).toMatch(/\/var\/lib\/pigsty has \d+ MB free, the bundle needs \d+ MB/);
      await expectGood();
    });

    test.each([0, 150, 400, 1100])(
      'a full disk, %d KiB free, when it is written and switched: the good one',
      async (free) => {
        await host.ship(numbered(201));
        expect((await host.run('stage')).code).toBe(0);
        await host.node.sh(`${FILL}\nfill ${free}`);
        const { code, stderr } = await host.run('apply');
        await host.node.sh(EMPTY);
        expect(code, stderr).toBe(1);
        expect(stderr).toContain('No space left on device');
        expect(stderr).toContain(`${good.replace('generations/', '')} is current and good\n`);
        await expectGood();
      },
    );

    test('a disk that is full after the switch: it goes back', async () => {
      // The last step of the gate: what follows must be written.
      const check = 'head -c 1G /dev/zero >/root/filler-3 || :\nsync -f /root\n';
      await host.ship(numbered(203, { check }));
      expect((await host.run('stage')).code).toBe(0);
      await host.node.sh(`${FILL}\nfill 16000`);
      const { code, stderr } = await host.run('apply');
      await host.node.sh(EMPTY);
      expect(stderr).toContain('No space left on device');
      expect(stderr).toMatch(/could not be completed: back to [\s\S]* was rolled back/);
      expect(code, stderr).toBe(7);
      // The service wrote what it saw to the full disk.
      await host.node.sh('systemctl restart sleeper');
      await expectGood();
    });

    test('and takes a bundle that is healthy', async () => {
      await host.apply(numbered(GOOD + 200));
      expect(await host.target('/etc/pigsty/current')).not.toBe(good);
      expect(await host.leftovers()).toBe('');
    });
  },
);
