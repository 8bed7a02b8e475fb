import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLab, type Lab, labSkipReason } from '../support/lab.ts';
import { type AgentNode, bootNode } from './support/agent-node.ts';
import { type Bundle, imageId } from './support/bundle-writer.ts';
import { numbered } from './support/numbered.ts';
import { packTree, tinyImage } from './support/sample.ts';
import { applySick, expectRunning, historyOf, SICK } from './support/standing.ts';

/* What a node keeps of earlier generations, and to which of them it cannot go back. */
const reason = labSkipReason();

let lab: Lab;
beforeAll(async () => {
  if (reason === undefined) lab = await createLab();
});
afterAll(() => lab?.destroy());

describe.skipIf(reason !== undefined)(`a node with a history ${reason ?? ''}`, () => {
  let host: AgentNode;
  beforeAll(async () => {
    host = await bootNode(lab, { ip: '10.10.10.43', name: 'history' });
  });

  describe('old generations', () => {
    const count = async () =>
      (
        await host.node.sh(
          'cd /var/lib/pigsty && for d in /etc/pigsty/generations bundles images; do ls $d | wc -l; done',
        )
      )
        .trim()
        .split('\n')
        .map(Number);

    beforeAll(async () => {
      for (let n = 0; n < 4; n++) await host.apply(numbered(n));
    });

    test('three are kept, with their bundles and images; an image that they share stays', async () => {
      expect(await count()).toEqual([3, 3, 4]);
      expect((await host.shell('pigsty-agent verify')).code).toBe(0);
      expect((await historyOf(host)).map(({ kept }) => kept)).toEqual([true, true, true, false]);
      expect((await host.shell('pigsty-agent rollback 1')).stderr).toContain('this node has no generation 1');
    });

    test('what failed goes first; what is staged stays; numbers do not repeat', async () => {
      expect((await applySick(host, numbered(4, SICK))).code).toBe(7);
      expect((await count())[0]).toBe(4);
      await host.ship(numbered(5));
      await host.run('stage');
      await host.ship(numbered(3));
      // The generation that runs, from its own bundle: the staged one is not the running one.
      expect((await host.shell('pigsty-agent apply --any-address --keep=2')).code).toBe(0);
      expect(await host.target('/etc/pigsty/current')).toMatch(/\/6-/);
      expect(await count()).toEqual([2, 2, 3]);
      const { stderr } = await host.run('apply', '--keep=1');
      expect(stderr).toContain('the current and the previous generation are always kept');
    });

    test('a power cut while they are removed leaves garbage at most, which the next apply removes', async () => {
      await host.node.sh(
        'mkdir -p /var/lib/pigsty/images/.new-old/rootfs /etc/pigsty/generations/.new-1-old',
      );
      await host.node.sh(
        'mkdir -p /var/lib/pigsty/images/unused/rootfs; touch /var/lib/pigsty/images/unused/synced',
      );
      await host.ship(numbered(5));
      await host.apply(numbered(6));
      expect(await host.leftovers()).toBe('');
      expect(await host.node.sh('ls /var/lib/pigsty/images')).not.toContain('unused');
    });

    test('state that has moved since: no way back to a generation that looks elsewhere', async () => {
      await host.node.sh('echo /data/elsewhere >/var/lib/pigsty/state/tenant');
      const { code, stderr } = await host.shell('pigsty-agent rollback');
      await host.node.sh('echo /data/tenant >/var/lib/pigsty/state/tenant');
      expect(stderr).toContain('state tenant is in /data/elsewhere now, not in /data/tenant');
      expect(code).toBe(2);
    });

    test('an image in which something still runs stays', async () => {
      const images = await host.node.sh('ls /var/lib/pigsty/images');
      const pid = (await host.node.sh('systemctl show -p MainPID --value sleeper.service')).trim();
      await host.node.sh(`nsenter -m -t ${pid} /bin/sleep 1000 >/dev/null 2>&1 & echo $! >/root/pid`);
      const tree = (
        await host.node.sh('systemctl show -p RootDirectory --value sleeper.service | cut -d / -f 6')
      ).trim();
      expect(images).toContain(tree);
      for (const n of [8, 9]) {
        const images = new Map([['tiny', [...tinyImage(), packTree(`echo ${n} >n`)]]]);
        await host.ship(numbered(n, { images }));
        expect((await host.run('apply', '--keep=2')).code).toBe(0);
      }
      expect(await host.node.sh('ls /var/lib/pigsty/images')).toContain(tree);
      await host.node.sh('kill $(cat /root/pid)');
      expect((await host.run('apply', '--keep=2')).code).toBe(0);
      expect(await host.node.sh('ls /var/lib/pigsty/images')).not.toContain(tree);
    });
  });

  describe('state that an older version cannot read', () => {
    /** The image has dpkg's file, and the service writes state with this version. */
    const written = (n: number, version: string, more = {}): Bundle => {
      const status = `Package: other\nVersion: 9.9\n\nPackage: store\nVersion: 1:${version}-4\n`;
      const top = packTree(
        `mkdir -p var/lib/dpkg; printf '${status.replaceAll('\n', '\\n')}' >var/lib/dpkg/status`,
      );
      const images = new Map([['tiny', [...tinyImage(), top]]]);
      const writer = `writer tenant ${imageId(images.get('tiny') ?? [])} store 2`;
      return numbered(n, { images, records: ['disk /data/tenant', writer], ...more });
    };

    beforeAll(async () => {
      await host.apply(written(0, '3.5.16'));
    });

    test('a patch release goes back', async () => {
      expect((await applySick(host, written(2, '3.5.17', SICK))).code).toBe(7);
      await expectRunning(host, 0);
    });

    test('a failed upgrade stays: it may have written, and says so', async () => {
      const { code, stderr } = await applySick(host, written(2, '3.10.0', SICK));
      expect(code).toBe(6);
      const why = 'state tenant was written by version 3.10, which version 3.5 cannot read';
      expect(stderr).toContain(why);
      expect(await host.target('/etc/pigsty/current')).not.toBe(await host.target('/etc/pigsty/good'));
      const back = await host.shell('pigsty-agent rollback');
      expect(back).toMatchObject({ code: 2 });
      expect(back.stderr).toContain(why);
      const older = await applySick(host, written(4, '3.5.16'));
      expect(older).toMatchObject({ code: 2 });
      expect(older.stderr).toContain(why);
    });

    test('nor does a reboot go back', async () => {
      await host.node.reboot();
      expect(await host.target('/etc/pigsty/current')).not.toBe(await host.target('/etc/pigsty/good'));
      expect(await host.node.sh('journalctl -b -u pigsty-boot -o cat --no-pager')).toContain(
        'cannot go back',
      );
      await host.apply(written(4, '3.10.1'));
      await expectRunning(host, 4);
    });
  });
});
