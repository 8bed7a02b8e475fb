import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLab, type Lab, labSkipReason } from '../support/lab.ts';
import { type AgentNode, bootNode } from './support/agent-node.ts';
import { numbered } from './support/numbered.ts';
import { packTree, tinyImage } from './support/sample.ts';
import { applySick, expectRunning, historyOf, SICK, statusOf } from './support/standing.ts';

/* What the agent says before and after, and how it goes back. test/agent/return.test.ts interrupts it. */
const reason = labSkipReason();
const CRASHES = {
  files: [
    {
      path: 'units/sick.service',
      content:
        '[Unit]\nDescription=Crashes\n[Service]\nType=exec\nExecStart=/bin/sh -c "seq 40; echo out of luck; exit 3"\n',
    },
  ],
  units: [{ name: 'sick.service', activation: 'start' }],
} as const;

let lab: Lab;
beforeAll(async () => {
  if (reason === undefined) lab = await createLab();
});
afterAll(() => lab?.destroy());

describe.skipIf(reason !== undefined)(`going back ${reason ?? ''}`, () => {
  let host: AgentNode;
  const number = async (link: 'current' | 'good') =>
    Number(/\/(\d+)-/.exec(await host.target(`/etc/pigsty/${link}`))?.[1]);

  beforeAll(async () => {
    host = await bootNode(lab, { ip: '10.10.10.41', name: 'returns' });
  });

  test('the first apply has nothing to go back to: 6, it stays, and says so', async () => {
    const { code, stderr } = await applySick(host, numbered(0, SICK));
    expect(code).toBe(6);
    expect(stderr).toMatch(/1-\w+ is current; no generation is good yet, so there is nothing to go back to/);
    expect(stderr).toContain('next: correct the cause');
    expect(await historyOf(host)).toMatchObject([{ number: 1, result: 'failed' }]);
    const refused = await host.run('rollback');
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain('no generation of this node is good');
  });

  test('apply says what will start, restart, reload and stop, and why, before it does', async () => {
    const first = await host.apply(numbered(0));
    expect(first).not.toMatch(/will (re)?start sleeper/);
    const second = await host.apply(numbered(1));
    expect(second).toContain('will start extra.service note.service');
    expect(second).toContain(
      'will reload sleeper.service (Sleeps, and tells what it has read): changed configuration',
    );
    expect(second.indexOf('will reload')).toBeLessThan(second.indexOf('reloaded'));
    const third = await host.apply(numbered(2));
    expect(third).toMatch(
      /will stop extra\.service[\s\S]*will restart sleeper\.service \(Sleeps.*\): changed configuration/,
    );
    const images = new Map([['tiny', [...tinyImage(), packTree('echo 2 >two')]]]);
    const fourth = await host.apply(numbered(2, { images }));
    expect(fourth).toMatch(/will restart sleeper\.service .*: new image/);
    await host.apply(numbered(2));
  });

  test('a check that fails: 7 with its last words, and the good one runs again', async () => {
    const before = await number('good');
    const { code, stderr } = await applySick(host, numbered(3, SICK));
    expect(stderr).toContain('check sleeper failed for 1 s; last output:\nlag is 12 MB');
    expect(stderr).toContain('last log lines of sleeper.service:\n');
    expect(stderr).toMatch(/going back: (\d+)-\w+ did not become healthy: back to \d+-\w+\n/);
    expect(stderr).toMatch(/going back: will stop extra.service/);
    expect(stderr).toMatch(/\d+-\w+ was rolled back; \d+-\w+ is current, good and healthy again\n/);
    expect(stderr).toContain('next: correct the cause named above and apply again');
    expect(code).toBe(7);
    expect(await number('current')).toBe(before);
    await expectRunning(host, 2);
    expect((await historyOf(host))[0]).toMatchObject({ result: 'rolled-back' });
    expect(await statusOf(host)).toMatchObject({ last: { result: 'good' } });
  });

  test('a unit that crashes: 7 with the last lines of its journal', async () => {
    const { code, stderr } = await applySick(host, numbered(4, CRASHES));
    expect(stderr).toMatch(/sick\.service: (failed|did not start); last log lines:/);
    expect(stderr).toContain('out of luck');
    expect(code).toBe(7);
    await expectRunning(host, 2);
    expect((await host.shell('systemctl cat sick.service')).code).not.toBe(0);
  });

  test('an image whose program crashes: 7, and the old image runs', async () => {
    const broken = packTree(
      `mkdir -p usr/bin; printf '#!/nowhere\\n' >usr/bin/dash; chmod 0755 usr/bin/dash`,
    );
    const images = new Map([['tiny', [...tinyImage(), broken]]]);
    const { code, stderr } = await applySick(host, numbered(4, { images }));
    expect(stderr).toMatch(/will restart sleeper\.service .*: new image/);
    expect(stderr).toMatch(
      /(sleeper|note)\.service: (failed|did not start); last log lines:[\s\S]*203\/EXEC/,
    );
    expect(code).toBe(7);
    await expectRunning(host, 2);
  });

  test('with --no-rollback it stays, and rollback goes to the good one', async () => {
    const { code, stderr } = await applySick(host, numbered(5, CRASHES), '--no-rollback');
    expect(code).toBe(6);
    const status = (await host.shell('pigsty-agent status')).stdout;
    expect(status).toContain('log      sick.service: out of luck\n');
    expect(status).toMatch(/\nnext {5}apply again to retry, or pigsty-agent rollback to go back to \d+-/);
    expect(stderr).toMatch(/next: apply again to retry, or pigsty-agent rollback/);
    expect(await number('current')).not.toBe(await number('good'));
    const back = await host.shell('pigsty-agent rollback');
    expect(back.code, back.stderr).toBe(0);
    expect(back.stderr).toMatch(/rollback: \d+-\w+ is current and good\n$/);
    await expectRunning(host, 2);
    expect(await statusOf(host)).toMatchObject({ next: null });
  });

  test('rollback goes to the good one before; rollback N to any that is kept; history says which is which', async () => {
    await host.apply(numbered(7));
    const newest = await number('current');
    expect((await statusOf(host)).previous).toMatch(/^\d+-/);
    expect((await host.shell('pigsty-agent rollback')).code).toBe(0);
    await expectRunning(host, 2);
    const { stdout } = await host.shell('pigsty-agent history');
    expect(stdout).toMatch(new RegExp(`^ +${newest}  \\w{12}  \\S+Z  rolled-back\n`));
    expect(stdout).toMatch(/good +current {2}good\n/);
    expect((await host.shell(`pigsty-agent rollback ${newest}`)).code).toBe(0);
    await expectRunning(host, 7);
    const again = await host.shell(`pigsty-agent rollback ${newest}`);
    expect(again).toMatchObject({ code: 0 });
    expect(again.stderr).toContain('nothing to do');
    const unknown = await host.shell('pigsty-agent rollback 99');
    expect(unknown).toMatchObject({ code: 2 });
    expect(unknown.stderr).toContain('this node has no generation 99');
  });

  test('a changed file of a generation: rollback refuses it', async () => {
    const before = await number('good');
    const path = `/etc/pigsty/generations/${(await statusOf(host)).previous}/etc/tenant/run.sh`;
    await host.node.sh(`cp -a ${path} /root/sound; echo x >> ${path}`);
    expect((await host.shell('pigsty-agent rollback')).code).toBe(4);
    expect(await number('current')).toBe(before);
    await host.node.sh(`cp -a /root/sound ${path}`);
  });

  test('a good generation that is not healthy any more: 8', async () => {
    const gate = { check: '[ ! -e /root/ill ]\n', checkSeconds: 1 };
    await host.apply(numbered(8, gate));
    await host.node.sh('touch /root/ill');
    const { code, stderr } = await applySick(host, numbered(9, gate));
    expect(code).toBe(8);
    expect(stderr).toMatch(/next: correct the cause named above, then pigsty-agent rollback \d+/);
    expect(await number('current')).toBe(await number('good'));
    await host.node.sh('rm /root/ill');
    const retried = await host.shell(`pigsty-agent rollback ${await number('good')}`);
    expect(retried.code, retried.stderr).toBe(0);
    await expectRunning(host, 8);
  });

  test('a setting that waits for a restart is named, by apply and by status', async () => {
    const script = '[ ! -e /root/waits ] || echo "sleeper.service max_dreams 1 -> 2"\n';
    const report = {
      files: [{ path: 'reports/sleeper', content: script }],
      records: ['disk /data/tenant', 'hostname node-1', 'report sleeper 5 reports/sleeper'],
    };
    await host.node.sh('touch /root/waits');
    expect(await host.apply(numbered(10, report))).toContain(
      'max_dreams (1 -> 2) waits for a restart of sleeper.service',
    );
    expect((await host.shell('pigsty-agent status')).stdout).toContain(
      'waits    max_dreams (1 -> 2) for a restart of sleeper.service\n',
    );
    const pendingRestart = [{ unit: 'sleeper.service', setting: 'max_dreams', change: '1 -> 2' }];
    expect(await statusOf(host)).toMatchObject({ pendingRestart });
    await host.node.sh('rm /root/waits');
    expect(await statusOf(host)).toMatchObject({ pendingRestart: [] });
  });
});
