import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLab, type Lab, labSkipReason } from '../support/lab.ts';
import { seededRandom } from '../support/random.ts';
import { type AgentNode, bootNode } from './support/agent-node.ts';
import { numbered } from './support/numbered.ts';
import { packTree, tinyImage, type Variation } from './support/sample.ts';

/* A host leaves its site, a bundle leaves out what the last one had, and a bundle is of another site. */
const reason = labSkipReason();
const IDS = ['a', 'b'].map((digit) => digit.repeat(32));
const [SITE, OTHER] = [`lab ${IDS[0]}`, `lab ${IDS[1]}`];
const IP = '10.10.10.11';

let lab: Lab;
beforeAll(async () => {
  if (reason === undefined) lab = await createLab();
});
afterAll(() => lab?.destroy());

describe.skipIf(reason !== undefined)(`a host that leaves ${reason ?? ''}`, () => {
  let host: AgentNode;
  const site = (n: number, more: Variation = {}) => numbered(n, { site: SITE, ...more });

  beforeAll(async () => {
    host = await bootNode(lab, { ip: '10.10.10.51', name: 'leaves' });
  });

  async function refuse(words: RegExp | string, verb: string, ...args: string[]): Promise<void> {
    const before = await host.snapshot();
    const { code, stderr } = await host.run(verb, ...args);
    expect(stderr).toMatch(words);
    expect(code).toBe(2);
    expect(await host.snapshot()).toBe(before);
  }

  /** What is left of the product outside of its own directories: links to it, its units, and what is unfinished. */
  const traces = async () =>
    (await host.leftovers()) +
    (await host.node.sh(`
      find /etc /usr/local / -xdev -maxdepth 4 -type l -lname '/etc/pigsty/*' 2>/dev/null || :
      find /etc /usr/local -xtype l -lname '/var/lib/pigsty/*' || :
      systemctl list-units --all --no-legend --plain 'sleeper*' 'note*' 'extra*' 'pigsty*'
      ls -d /etc/pigsty /tenant 2>/dev/null || :`));

  test('there is nothing to remove on a bare machine', async () => {
    await host.ship(site(1));
    await refuse('this node has no generation and no state', 'remove');
  });

  test('a bundle of another site is refused, whatever its name; --other-site takes over the state', async () => {
    await host.node.sh('cp --dereference /etc/hosts /root/hosts');
    await host.apply(site(1));
    expect(await host.read('/data/tenant/.pigsty-state')).toBe(`lab ${IP} tenant\n${IDS[0]}`);
    await host.ship(numbered(2, { site: OTHER }));
    await refuse(/is of site lab \(b+\); this node belongs to site lab \(a+\)[\s\S]*--other-site/, 'apply');
    await host.apply(numbered(2, { site: `renamed ${IDS[0]}` }));
    await host.ship(numbered(3, { site: OTHER }));
    expect((await host.run('apply', '--other-site')).code).toBe(0);
    expect(await host.read('/data/tenant/.pigsty-state')).toBe(`lab ${IP} tenant\n${IDS[1]}`);
    await host.ship(site(1));
    expect((await host.run('apply', '--other-site')).code).toBe(0);
  });

  test('a unit that cannot hand over stays, on the way to a new bundle and at the removal', async () => {
    const retire = { path: 'retire/extra.service', content: 'echo "nobody can take it"; exit 1\n' };
    await host.apply(site(3, { files: [retire] }));
    const life = await host.life('extra.service');
    await host.ship(site(4));
    for (const verb of ['apply', 'remove']) {
      const { code, stderr } = await host.run(verb);
      expect(stderr).toMatch(
        /nobody can take it[\s\S]*extra.service cannot leave this host; nothing was stopped/,
      );
      expect(code).toBe(2);
      expect(await host.life('extra.service')).toBe(life);
    }
    const content = 'echo "over to the others"; echo left >>/root/left\n';
    await host.apply(site(3, { files: [{ ...retire, content }] }));
    expect(await host.apply(site(4))).toContain('apply: over to the others');
    expect(await host.read('/root/left')).toBe('left');
  });

  test('state that a bundle leaves out stays; it is deleted when that is confirmed', async () => {
    const spare = { path: '/data/spare', mode: '0700', owner: 'tenant', group: 'tenant', state: 'spare' };
    const bundle = site(5);
    await host.apply({ ...bundle, directories: [...bundle.directories, spare] });
    await host.node.sh(
      'setpriv --reuid 4711 --clear-groups sh -c "cd /data/spare; mkdir a; ln -s /etc a/etc; ln -s /etc etc"',
    );
    expect(await host.apply(site(6))).toMatch(
      /state spare stays in \/data\/spare, unused; to delete it: pigsty-agent remove --data=10.10.10.11 spare/,
    );
    await refuse('deletes spare in /data/spare, and there is no way back: confirm with', 'remove', 'spare');
    await refuse('not of 10.10.10.99; nothing changed', 'remove', '--data=10.10.10.99', 'spare');
    await refuse('the current bundle uses state tenant', 'remove', `--data=${IP}`, 'tenant');
    await refuse('no state other', 'remove', `--data=${IP}`, 'other');
    const mark = (line: string) => host.node.sh(`printf '${line}\\n' >/data/spare/.pigsty-state`);
    const marker = await host.read('/data/spare/.pigsty-state');
    for (const line of ['lab $(id) spare', `lab ${IP}\\033[2J spare`, 'lab 10.10.10.256 spare']) {
      await mark(line);
      await refuse('/data/spare/.pigsty-state is not a marker of the agent', 'remove', '--data', 'spare');
    }
    await mark(`\\033]0;lab\\007 ${IP} other`);
    await refuse(`"?]0;lab? ${IP} other"`, 'remove', `--data=${IP}`, 'spare');
    await mark(marker.replace('\n', '\\n'));
    await host.node.sh('mkdir /data/kept && touch /data/kept/file && mount --bind /data/kept /data/spare/a');
    await refuse('/data/spare/a is mounted below /data/spare', 'remove', `--data=${IP}`, 'spare');
    await host.node.sh('umount /data/spare/a && rm /data/kept/file && rmdir /data/kept');
    const etc = await host.node.sh('ls -A /etc');
    expect((await host.run('remove', `--data=${IP}`, 'spare')).code).toBe(0);
    expect(await host.node.sh('ls -A /data')).toBe('tenant\n');
    expect(await host.node.sh('ls -A /etc')).toBe(etc);
    expect((await host.shell('pigsty-agent status')).stdout).not.toContain('spare');
  });

  test('a disk that is mounted after the confirmation is not emptied', async () => {
    const late = { path: '/data/late', mode: '0700', owner: 'tenant', group: 'tenant', state: 'late' };
    const content = 'mount --bind /root/late /data/late\n';
    const bundle = site(9, { files: [{ path: 'retire/extra.service', content }] });
    await host.apply({ ...bundle, directories: [...bundle.directories, late] });
    await host.node.sh(`
      mv /data/late/.pigsty-state /root/marker
      mkdir /root/late; echo 'other 10.10.10.99 late' >/root/late/.pigsty-state; touch /root/late/file
      chmod 0711 /root; chown -R 4711 /root/late`);
    const { code, stderr } = await host.run('remove', `--data=${IP}`);
    expect(stderr).toContain('the marker of /data/late has changed since the confirmation');
    expect(code).toBe(1);
    expect(await host.node.sh('ls -A /root/late')).toBe('.pigsty-state\nfile\n');
    await host.node.sh('umount /data/late; rm -r /root/late /root/marker; chmod 0700 /root');
    expect((await host.shell(`/var/lib/pigsty/pigsty-agent remove --data=${IP}`)).code).toBe(0);
  });

  test('killed while it deletes an image: what has its final name is whole', async () => {
    const layers = [...tinyImage(), packTree('mkdir many; seq -f many/%.0f 30000 | xargs touch')];
    const crowded = site(8, { images: new Map([['tiny', layers]]) });
    await host.apply(crowded);
    await host.shell(`
      setsid pigsty-agent remove >/root/killed.log 2>&1 & agent=$!
      until [ "$(ls /var/lib/pigsty/images/*/rootfs/many 2>/dev/null | wc -l)" != 30000 ]; do :; done
      kill -KILL -$agent; wait $agent; systemctl daemon-reload`);
    expect(await host.node.sh('ls -d /var/lib/pigsty/images')).not.toBe('');
    await host.apply(crowded);
    const { code, stderr } = await host.shell('pigsty-agent verify');
    expect(code, stderr).toBe(0);
    expect(await host.node.sh('ls /var/lib/pigsty/images/*/rootfs/many | wc -l')).toBe('30000\n');
  });

  test('killed at any moment, remove ends with the next one; state stays, and a bundle finds it again', async () => {
    const random = seededRandom(20_251_128);
    const runs = process.env.PIGSTY_TEST_LONG ? 20 : 3;
    for (let round = 0; round < runs; round += 1) {
      await host.apply(site(7));
      const seconds = (random() * 0.9).toFixed(2);
      await host.shell(
        `timeout -s KILL ${seconds} /root/bundle/pigsty-agent remove; systemctl daemon-reload`,
      );
      const dangling =
        "find /etc /usr/local / -xdev -maxdepth 4 -xtype l -lname '/etc/pigsty/*' 2>/dev/null || :";
      expect(await host.node.sh(dangling), `killed after ${seconds} s`).toBe('');
    }
    // After a power failure the host runs as before, or nothing of it starts.
    await host.apply(site(7));
    await host.shell('timeout -s KILL 0.5 /root/bundle/pigsty-agent remove');
    await host.node.reboot();
    expect(
      (await host.node.exec(['systemctl', 'is-active', 'pigsty.target', 'sleeper.service'])).stdout,
    ).toMatch(/^(active\nactive|inactive\ninactive)\n$/);
    const { code, stderr } = await host.run('remove');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('state tenant stays in /data/tenant');
    expect(await traces()).toBe('');
    expect(await host.node.sh('ls -A /var/lib/pigsty')).toBe('pigsty-agent\nstate\n');
    expect(await host.node.sh('cat /etc/hosts')).toBe(await host.node.sh('cat /root/hosts'));
    const seen = await host.read('/data/tenant/runs');
    await host.apply(site(7));
    expect(await host.read('/data/tenant/runs')).toContain(seen);
  });

  test('with the address as confirmation, state is deleted too, by the rights of its account', async () => {
    await refuse(/deletes tenant in \/data\/tenant[\s\S]*--data=10.10.10.11/, 'remove', '--data');
    await refuse('not of 10.10.10.99', 'remove', '--data=10.10.10.99');
    await host.node.sh('setpriv --reuid 4711 --clear-groups ln -s /etc /data/tenant/out');
    const etc = await host.node.sh('ls -A /root');
    const { code, stderr } = await host.shell(`pigsty-agent remove --data=${IP}`);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('deleted tenant in /data/tenant');
    expect(await traces()).toBe('');
    expect(await host.node.sh('ls -A /data; ls -d /var/lib/pigsty 2>/dev/null || :; ls -A /root')).toBe(etc);
    await refuse('this node has no generation and no state', 'remove');
  });
});
