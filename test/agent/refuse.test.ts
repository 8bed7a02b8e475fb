import {
  closeSync,
  cpSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createLab, type Lab, labSkipReason } from '../support/lab.ts';
import { seededRandom } from '../support/random.ts';
import { type AgentNode, bootNode } from './support/agent-node.ts';
import { type Bundle, filesBelow, imageId, writeBundle, writeSums } from './support/bundle-writer.ts';
import { AGENT, sampleBundle, tinyImage, type Variation } from './support/sample.ts';

const reason = labSkipReason();
const images = reason === undefined ? new Map([['tiny', tinyImage(2)]]) : new Map();
const sample = (variation: Variation = {}) => sampleBundle(images, imageId, variation);
const SEED = 20240607;
const FLIPS_PER_FILE = process.env.PIGSTY_TEST_LONG ? 4 : 2;

let lab: Lab;
beforeAll(async () => {
  if (reason === undefined) lab = await createLab();
});
afterAll(() => lab?.destroy());

describe.skipIf(reason !== undefined)(`a damaged bundle is refused ${reason ?? ''}`, () => {
  let host: AgentNode;
  let sound: string;
  let broken: string;
  let before: string;
  /** Nothing on the node differs as long as no bundle is taken. */
  let isRefused = true;

  beforeAll(async () => {
    host = await bootNode(lab, { ip: '10.10.10.21', name: 'damage' });
    sound = join(lab.directory, 'sound');
    broken = join(lab.directory, 'broken');
    await writeBundle(sound, sample());
    writeFileSync(join(lab.directory, 'agent'), AGENT);
    await host.node.push(join(lab.directory, 'agent'), '/root/agent');
    before = await host.snapshot();
  });

  afterEach(async () => {
    if (isRefused) expect(await host.snapshot()).toBe(before);
  });

  /** Applies what `spoil` made of the bundle, with an agent that is whole. */
  async function applySpoiled(spoil: (directory: string) => void, agent = 'sh /root/agent') {
    rmSync(broken, { recursive: true, force: true });
    cpSync(sound, broken, { recursive: true });
    spoil(broken);
    await host.node.exec(['rm', '-rf', '/root/bundle']);
    await host.node.push(broken, '/root/bundle');
    return host.shell(`cd /root/bundle && ${agent} apply --any-address /root/bundle`);
  }

  test(`one flipped bit anywhere (seed ${SEED})`, async () => {
    const random = seededRandom(SEED);
    for (const path of filesBelow(sound)) {
      for (let round = 0; round < FLIPS_PER_FILE; round++) {
        const size = statSync(join(sound, path)).size;
        const [position, bit] = [Math.floor(random() * size), Math.floor(random() * 8)];
        const { code, stderr } = await applySpoiled((directory) =>
          flipBit(join(directory, path), position, bit),
        );
        const place = `${path}, byte ${position}, bit ${bit}: ${stderr}`;
        expect(code, place).toBe(4);
        const named = path.replace(/[.]/g, '\\.');
        expect(stderr, place).toMatch(
          new RegExp(
            `^pigsty-agent: ${named}: corrupted \\(expected sha256 [0-9a-f]*, found [0-9a-f]{64}\\)$`,
            'm',
          ),
        );
      }
    }
  });

  test(`a damaged agent does no harm (seed ${SEED})`, async () => {
    const random = seededRandom(SEED + 1);
    for (let round = 0; round < 12; round++) {
      // half of them in the lines that judge the rest
      const size = round % 2 === 0 ? Buffer.byteLength(AGENT) : 1200;
      const [position, bit] = [Math.floor(random() * size), Math.floor(random() * 8)];
      const spoil = (directory: string) => flipBit(join(directory, 'pigsty-agent'), position, bit);
      const { code, stderr } = await applySpoiled(spoil, './pigsty-agent');
      expect(code, `byte ${position}, bit ${bit}: ${stderr}`).not.toBe(0);
      if (round % 2 === 0) expect(stderr).toContain('pigsty-agent: corrupted (expected sha256');
    }
  });

  test.each<[string, (directory: string) => void, RegExp]>([
    ['a missing blob', (d) => rmSync(join(d, largestBlob(d))), /blobs\/sha256\/[0-9a-f]{64}: missing/],
    ['a truncated blob', (d) => truncateSync(join(d, largestBlob(d)), 5000), /corrupted/],
    ['a file too many', (d) => writeFileSync(join(d, 'blobs/sha256/extra'), ''), /extra: not listed/],
    ['a list without its end', (d) => truncateSync(join(d, 'SHA256SUMS'), 300), /SHA256SUMS: corrupted/],
    ['a list that leaves the bundle', (d) => addLine(d, '../../etc/passwd'), /SHA256SUMS: malformed/],
    ['a blob under another name', (d) => renameBlob(d), /SHA256SUMS: malformed/],
  ])('%s', async (_, spoil, message) => {
    const { code, stderr } = await applySpoiled(spoil);
    expect(stderr).toMatch(message);
    expect(code).toBe(4);
  });

  test('a manifest of another format is for another agent', async () => {
    const { code, stderr } = await applySpoiled((directory) => {
      const path = join(directory, 'bundle');
      writeFileSync(path, readFileSync(path, 'utf8').replace('pigsty-bundle 1', 'pigsty-bundle 2'));
      writeSums(directory);
    });
    expect(stderr).toContain('unknown bundle format');
    expect(code).toBe(2);
  });

  test('and the sound bundle is taken', async () => {
    isRefused = false;
    await host.apply(sample());
  });
});

describe.skipIf(reason !== undefined)(`a node that cannot take the bundle ${reason ?? ''}`, () => {
  let host: AgentNode;

  beforeAll(async () => {
    host = await bootNode(lab, { ip: '10.10.10.22', name: 'clash' });
  });

  async function refuse(bundle: Bundle, message: string | RegExp) {
    await host.ship(bundle);
    const before = await host.snapshot();
    const { code, stderr } = await host.run('apply');
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
    expect(await host.snapshot()).toBe(before);
  }

  test('the name of a user is taken', async () => {
    await host.node.sh('echo "u tenant 5999" | systemd-sysusers -');
    await refuse(
      sample(),
      /needs user tenant \(uid 4711, gid 4711\); this node has user tenant \(uid 5999, gid 5999\)/,
    );
    await host.node.sh('sed -i /^tenant:/d /etc/passwd /etc/group /etc/shadow /etc/gshadow');
  });

  test('the id of a user is taken', async () => {
    await host.node.sh('echo "u other 4711" | systemd-sysusers -');
    await refuse(
      sample(),
      /needs user tenant \(uid 4711, gid 4711\); this node has user other \(uid 4711, gid 4711\)/,
    );
    await host.node.sh('sed -i /^other:/d /etc/passwd /etc/group /etc/shadow /etc/gshadow');
  });

  test('the id of a group is taken', async () => {
    await host.node.sh('echo "g other 4711" | systemd-sysusers -');
    await refuse(sample(), /needs group tenant \(gid 4711\); this node has group other \(gid 4711\)/);
    await host.node.sh('sed -i /^other:/d /etc/group /etc/gshadow');
  });

  test('a directory at the path of a link', async () => {
    await host.node.sh('mkdir /tenant');
    await refuse(sample(), '/tenant is a directory; the bundle needs a link at this path');
    await host.node.sh('rmdir /tenant');
  });

  test('a file at the path of a directory', async () => {
    await host.node.sh('mkdir -p /data; : > /data/tenant');
    await refuse(sample(), '/data/tenant is not a directory');
    await host.node.sh('rm /data/tenant');
  });

  test('the directory of the state holds files of unknown origin', async () => {
    await host.node.sh('mkdir -p /data/tenant; echo 17 > /data/tenant/PG_VERSION');
    await refuse(sample(), /\/data\/tenant has files of unknown origin/);
    await host.node.sh('rm -r /data/tenant');
  });

  test('the disk is another host’s', async () => {
    await host.node.sh('mkdir -p /data/tenant; echo lab 10.10.10.99 tenant > /data/tenant/.pigsty-state');
    await refuse(sample(), /has the state of "lab 10.10.10.99 tenant", not of "lab 10.10.10.11 tenant"/);
    await host.node.sh('rm -r /data/tenant');
  });

  test('not enough space for the images', async () => {
    await host.node.sh('mkdir /var/lib/pigsty; mount -t tmpfs -o size=32m tmpfs /var/lib/pigsty');
    await refuse(sample(), /has \d+ MB free, the bundle needs \d+ MB/);
    await host.node.sh('umount /var/lib/pigsty; rmdir /var/lib/pigsty');
  });

  test('what runs it is not root', async () => {
    const { code } = await host.shell(
      'setpriv --reuid 65534 --clear-groups sh -s apply < /root/bundle/pigsty-agent',
    );
    expect(code).toBe(2);
  });

  test('no bundle, no directory', async () => {
    expect((await host.shell('/root/bundle/pigsty-agent apply /nowhere')).code).toBe(2);
    expect((await host.shell('/root/bundle/pigsty-agent stage /etc')).code).toBe(2);
    expect((await host.shell('sh -s apply < /root/bundle/pigsty-agent')).code).toBe(2);
  });

  test('and then it takes the bundle', async () => {
    await host.apply(sample());
  });
});

describe.skipIf(reason !== undefined)(`the wrong machine ${reason ?? ''}`, () => {
  test('a bundle for an address that it does not have is refused, unless told otherwise', async () => {
    const host = await bootNode(lab, { ip: '10.10.10.25', name: 'other' });
    await host.ship(sample());
    const before = await host.snapshot();
    for (const verb of ['stage', 'apply']) {
      const { code, stderr } = await host.shell(`/root/bundle/pigsty-agent ${verb}`);
      expect(stderr).toContain(
        `${verb}: the bundle is for host 10.10.10.11 (node-1); this machine has 10.10.10.25`,
      );
      expect(stderr).toContain('--any-address');
      expect(code).toBe(2);
    }
    expect(await host.snapshot()).toBe(before);
    expect((await host.run('apply')).code).toBe(0);
    // It is that host from now on.
    expect((await host.shell('/root/bundle/pigsty-agent apply')).code).toBe(0);
    await host.ship(sample({ ip: '10.10.10.25', uid: 4711 }));
    expect((await host.shell('/root/bundle/pigsty-agent apply')).stderr).toContain('has the state of');
  });
});

describe.skipIf(reason !== undefined)(`a service that swaps a directory ${reason ?? ''}`, () => {
  test('a link of its own in the place of a directory is refused', async () => {
    const host = await bootNode(lab, { ip: '10.10.10.24', name: 'astray' });
    await host.apply(sample());
    await host.node.sh(
      'setpriv --reuid 4711 --clear-groups sh -c "cd /data/tenant; rmdir inner; ln -s /etc inner"',
    );
    await host.ship(sample({ reloadText: 'reload 2' }));
    const { code, stderr } = await host.run('apply');
    expect(stderr).toContain('/data/tenant/inner is a link that root did not create');
    expect(code).toBe(2);
    expect(await host.node.sh('stat -c "%a %U" /etc')).toBe('755 root\n');
    // As /var/log of Ubuntu: nobody but root owns it, and others can put a link into it.
    await host.node.sh(
      'mkdir -m 0775 /shared && chmod g+w /shared && chgrp 4711 /shared && ln -s /etc /shared/spare',
    );
    const spare = { path: '/shared/spare', mode: '0700', owner: 'tenant', group: 'tenant', state: 'spare' };
    const fresh = sample({ reloadText: 'reload 3' });
    await host.node.sh('rm /data/tenant/inner');
    await host.ship({ ...fresh, directories: [...fresh.directories, spare] });
    expect((await host.run('apply')).code).not.toBe(0);
    expect(await host.node.sh('stat -c "%a %U" /etc')).toBe('755 root\n');
    await host.node.sh('rm /shared/spare');
    expect((await host.run('apply')).code).toBe(0);
    expect(await host.node.sh('stat -c "%a %U" /shared/spare')).toBe('700 tenant\n');
  });
});

describe.skipIf(reason !== undefined)(`state on a disk of its own ${reason ?? ''}`, () => {
  test('a disk that is not mounted is missed before anything changes', async () => {
    const host = await bootNode(lab, { ip: '10.10.10.23', name: 'disk' });
    const disk = join(lab.directory, 'data-disk');
    await host.node.shutdown();
    mkdirSync(disk);
    host.node.mount('/data', disk);
    await host.node.boot();
    await host.apply(sample());
    await host.node.shutdown();
    host.node.unmount('/data');
    await host.node.boot();
    expect(await host.life('sleeper.service')).toContain('ActiveState=inactive'); // AssertPathExists= in the unit

    await host.ship(sample({ reloadText: 'reload 2' }));
    const before = await host.snapshot();
    const { code, stderr } = await host.run('apply');
    expect(stderr).toContain('state tenant was initialised on this node in /data/tenant');
    expect(stderr).toContain('mount the disk');
    expect(code).toBe(2);
    expect(await host.snapshot()).toBe(before);
    expect(JSON.parse((await host.shell('pigsty-agent status --json')).stdout).state).toEqual([
      { name: 'tenant', path: '/data/tenant', presence: 'missing' },
    ]);

    await host.node.shutdown();
    host.node.mount('/data', disk);
    await host.node.boot();
    expect((await host.run('apply')).code).toBe(0);
    expect(await host.read('/data/tenant/seen')).toContain('reload 2');
  });
});

function flipBit(path: string, position: number, bit: number): void {
  const file = openSync(path, 'r+');
  const byte = Buffer.alloc(1);
  readSync(file, byte, 0, 1, position);
  closeSync(file);
  const content = readFileSync(path);
  content[position] = (byte[0] ?? 0) ^ (1 << bit);
  writeFileSync(path, content);
}

function largestBlob(directory: string): string {
  const blobs = filesBelow(directory).filter((path) => path.startsWith('blobs/'));
  const size = (path: string) => statSync(join(directory, path)).size;
  return blobs.reduce((largest, path) => (size(path) > size(largest) ? path : largest));
}

function addLine(directory: string, path: string): void {
  const sums = join(directory, 'SHA256SUMS');
  const lines = readFileSync(sums, 'utf8').replace(/^end .*\n$/m, `${'0'.repeat(64)}  ${path}\n`);
  rewriteSums(sums, lines);
}

function renameBlob(directory: string): void {
  const sums = join(directory, 'SHA256SUMS');
  const blob = largestBlob(directory);
  const other = `blobs/sha256/${'f'.repeat(64)}`;
  cpSync(join(directory, blob), join(directory, other));
  rmSync(join(directory, blob));
  rewriteSums(
    sums,
    readFileSync(sums, 'utf8')
      .replace(blob, other)
      .replace(/^end .*\n$/m, ''),
  );
}

/** With a right last line, so that only the content is wrong. */
function rewriteSums(sums: string, lines: string): void {
  const directory = join(sums, '..');
  writeFileSync(join(directory, 'lines'), lines);
  writeSums(directory);
  const own = readFileSync(sums, 'utf8');
  rmSync(join(directory, 'lines'));
  const hash = /^([0-9a-f]{64}) {2}lines$/m.exec(own)?.[1] ?? '';
  writeFileSync(sums, `${lines}end ${hash}\n`);
}
