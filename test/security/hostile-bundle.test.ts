import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AgentNode, bootNode } from '../agent/support/agent-node.ts';
import { imageId, writeBundle } from '../agent/support/bundle-writer.ts';
import { AGENT, packTree, sampleBundle, tinyImage } from '../agent/support/sample.ts';
import { createLab, type Lab, labSkipReason } from '../support/lab.ts';

/*
 * Bundles from a medium that somebody has prepared. Their hashes are right unless a test says otherwise: only the agent
 * that is on the node decides.
 */
const reason = labSkipReason();
const tiny = reason === undefined ? tinyImage(8) : [];
const VICTIM = '/root/victim';

describe.skipIf(reason)(`a prepared bundle ${reason ?? ''}`, () => {
  let lab: Lab;
  let host: AgentNode;
  let untouched: string;

  beforeAll(async () => {
    lab = await createLab();
    host = await bootNode(lab, { ip: '10.10.10.22', name: 'prepared' });
    const agent = join(lab.directory, 'agent');
    writeFileSync(agent, AGENT);
    await host.node.push(agent, '/root/agent');
    await host.node.sh(`mkdir -p ${VICTIM} && echo root >${VICTIM}/hosts`);
    untouched = await victim();
  });
  afterAll(() => lab?.destroy());
  beforeEach(async () => {
    await host.node.sh('rm -rf /root/bundle /var/lib/pigsty');
  });

  const victim = () => host.node.sh(`find ${VICTIM} -printf '%p %m %U %s %T@\\n' | sort`);

  /** Puts a bundle with an image of these layers on the node, as `change` leaves it. */
  async function ship(layers: readonly Buffer[], change: (directory: string) => void = () => {}) {
    const directory = join(lab.directory, 'bundle');
    const images = new Map([['tiny', layers]]);
    await writeBundle(directory, sampleBundle(images, imageId));
    change(directory);
    await host.node.push(directory, '/root/bundle');
  }

  const stage = (environment = '') =>
    host.shell(`cd / && ${environment} timeout 60 sh /root/agent stage --any-address /root/bundle`);

  async function expectUntouched(): Promise<void> {
    expect(await victim()).toBe(untouched);
    expect(await host.leftovers()).toBe('');
  }

  const outside = [
    ['a link in a lower layer', `ln -s ${VICTIM} out`, 'mkdir out; echo x >out/planted'],
    ['a link to the root directory', 'ln -s / out', `mkdir -p out${VICTIM}; echo x >out${VICTIM}/planted`],
    ['a link upwards', 'ln -s ../../../../../.. out', `mkdir -p out${VICTIM}; echo x >out${VICTIM}/planted`],
  ] as const;

  test.each(outside)('cannot write outside its image through %s', async (_, lower, upper) => {
    await ship([...tiny, packTree(lower), packTree(upper)]);
    await stage();
    await expectUntouched();
  });

  test('is not unpacked when one of its files is damaged', async () => {
    const [, lower, upper] = outside[0];
    const layers = [...tiny, packTree(lower), packTree(upper)];
    await ship(layers, (directory) => {
      const blobs = join(directory, 'blobs/sha256');
      const largest = readdirSync(blobs).sort((a, b) => size(join(blobs, b)) - size(join(blobs, a)))[0] ?? '';
      const bytes = readFileSync(join(blobs, largest));
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      writeFileSync(join(blobs, largest), bytes);
    });
    const { code, stderr } = await stage();
    expect(stderr).toContain('corrupted');
    expect(code).toBe(4);
    await expectUntouched();
  });

  test('whose etc is a link does not lose the host its files', async () => {
    await ship([packTree(`ln -s ${VICTIM} etc`)]);
    const { code, stderr } = await stage();
    expect(stderr).toContain('etc is a link');
    expect(code).not.toBe(0);
    await expectUntouched();
  });

  test.each(['u+s', 'g+s'])('with a program of mode %s is refused', async (mode) => {
    await ship([
      ...tiny,
      packTree(`mkdir -p usr/bin; echo x >usr/bin/elevated; chmod ${mode} usr/bin/elevated`),
    ]);
    const { code, stderr } = await stage();
    expect(stderr).toContain('/usr/bin/elevated: a set-user-id or set-group-id file');
    expect(code).not.toBe(0);
    await expectUntouched();
  });

  test.each([
    ['a FIFO', (path: string) => execFileSync('mkfifo', [path])],
    ['a link to a device', (path: string) => symlinkSync('/dev/zero', path)],
    ['a link to a file', (path: string) => symlinkSync('/etc/shadow', path)],
  ])('with %s in the place of a blob is refused, not read', async (_, make) => {
    await ship(tiny, (directory) => {
      const blob = join(directory, 'blobs/sha256', readdirSync(join(directory, 'blobs/sha256'))[0] ?? '');
      rmSync(blob);
      make(blob);
    });
    const { code, stderr } = await stage();
    expect(stderr).toContain('not a regular file');
    expect(code).toBe(4);
    await expectUntouched();
  });

  test('is unpacked where no other account can look', async () => {
    await ship([...tiny]);
    await host.shell(`
      setpriv --reuid 4711 --clear-groups sh -c '
        while :; do for tree in /var/lib/pigsty/images/.new-*/*; do [ ! -e "$tree" ] || echo "$tree"; done; done' >/root/seen &
      watch=$!
      sh /root/agent stage --any-address /root/bundle; code=$?
      kill $watch; exit $code`);
    expect(await host.node.sh('cat /root/seen')).toBe('');
    await expectUntouched();
  });

  test('takes nothing from the environment of its caller', async () => {
    await ship([...tiny]);
    const planted = `touch ${VICTIM}/planted`;
    const { code, stderr } = await stage(
      `TAR_OPTIONS="--checkpoint=1 --checkpoint-action=exec='${planted}'" CDPATH=${VICTIM} ENV=${VICTIM}/hosts POSIXLY_CORRECT=1`,
    );
    expect(code, stderr).toBe(0);
    await expectUntouched();
  });
});

function size(path: string): number {
  return statSync(path).size;
}
