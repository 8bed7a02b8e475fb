import {
  closeSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { AgentNode } from '../agent/support/agent-node.ts';
import { filesBelow } from '../agent/support/bundle-writer.ts';
import { createLab, type Lab, labSkipReason } from '../support/lab.ts';
import { mustRun, type RunResult } from '../support/process.ts';
import { SEED, sample, seededRandom } from '../support/random.ts';
import { changed } from './support/changed.ts';
import { ADDRESS, MetaSite } from './support/meta-site.ts';

/* The bundle of blueprint meta with one bit flipped in each of its files, with a file cut short, with a file gone. */
const reason = labSkipReason();
/** Files of the bundle; each time an agent reads all of it. */
const FLIPS = process.env.PIGSTY_TEST_LONG ? Number.POSITIVE_INFINITY : 8;

describe.skipIf(reason)(`the bundle of blueprint meta, damaged (seed ${SEED}) ${reason ?? ''}`, () => {
  const random = seededRandom(SEED);
  let site: MetaSite;
  let lab: Lab;
  let host: AgentNode;
  let bundle: string;
  let before: string;
  /** Nothing on the node differs as long as no bundle is taken. */
  let isRefused = true;

  beforeAll(async () => {
    site = new MetaSite();
    bundle = (await site.bundle(0)).directory;
    lab = await createLab();
    const node = await lab.node({ ip: ADDRESS, name: 'damage' });
    // one bundle for all cases: damaged and repaired where it lies
    node.mount('/root/bundle', bundle);
    await node.boot();
    host = new AgentNode(lab, node);
    // An intact agent; the bundle's own is among the files that are damaged.
    await node.push(join(bundle, 'pigsty-agent'), '/root/agent');
    before = await host.snapshot();
  });
  afterAll(async () => {
    await lab?.destroy();
    site?.remove();
  });

  afterEach(async () => {
    if (isRefused) expect(changed(before, await host.snapshot())).toEqual([]);
  });

  async function refuse(command = 'sh /root/agent stage /root/bundle'): Promise<RunResult> {
    const result = await host.shell(command);
    expect(result.code, result.stderr).toBe(4);
    return result;
  }

  test('one flipped bit in a file is found, and the file is named', async () => {
    const paths = filesBelow(bundle);
    expect(paths.length).toBeGreaterThan(25);
    for (const path of sample(paths, FLIPS, random)) {
      const place = flipBit(join(bundle, path), random);
      const { stderr } = await refuse();
      const named = path.replaceAll('.', '\\.');
      const message = `^pigsty-agent: ${named}: corrupted \\(expected sha256 [0-9a-f]*, found [0-9a-f]{64}\\)$`;
      expect(stderr, `${path}, ${place.position}`).toMatch(new RegExp(message, 'm'));
      place.repair();
    }
  });

  test('an agent that is damaged itself says so', async () => {
    const place = flipBit(join(bundle, 'pigsty-agent'), () => 0.5 + random() / 2);
    const { stderr } = await refuse('/root/bundle/pigsty-agent apply');
    expect(stderr).toMatch(/^pigsty-agent: pigsty-agent: corrupted/);
    place.repair();
  });

  test('a layer that lost its last byte, or is gone, is found and named', async () => {
    const layer = largest(filesBelow(bundle).filter((path) => path.startsWith('blobs/')));
    const [path, aside] = [join(bundle, layer), join(lab.directory, 'aside')];
    await mustRun('cp', ['-a', path, aside]);
    truncateSync(path, statSync(path).size - 1);
    expect((await refuse()).stderr).toContain(`${layer}: corrupted`);
    rmSync(path);
    expect((await refuse()).stderr).toContain(`${layer}: missing`);
    renameSync(aside, path);
  });

  test('so is a small file that is empty, or is gone', async () => {
    for (const name of ['index.json', 'oci-layout', 'pigsty-agent', secretsOf(bundle)]) {
      const [path, aside] = [join(bundle, name), join(lab.directory, 'aside')];
      await mustRun('cp', ['-a', path, aside]);
      truncateSync(path, 0);
      expect((await refuse()).stderr).toContain(`${name}: corrupted`);
      rmSync(path);
      expect((await refuse()).stderr).toContain(`${name}: missing`);
      renameSync(aside, path);
    }
  });

  test('and the repaired bundle is taken', async () => {
    isRefused = false;
    const { code, stderr } = await host.shell('/root/bundle/pigsty-agent stage');
    expect(code, stderr).toBe(0);
    expect((await host.shell('sh /root/agent stage /root/bundle')).code).toBe(0);
  });

  function largest(paths: readonly string[]): string {
    const size = (path: string) => statSync(join(bundle, path)).size;
    return paths.reduce((one, other) => (size(one) > size(other) ? one : other));
  }
});

/** The only blob that is not for everybody's eyes. */
function secretsOf(bundle: string): string {
  const secret = filesBelow(bundle).find((path) => (statSync(join(bundle, path)).mode & 0o777) === 0o600);
  if (secret === undefined) throw new Error('no blob has mode 0600');
  return secret;
}

/** Flips one bit where it lies, in one byte however large the file. */
function flipBit(path: string, random: () => number): { readonly position: number; repair(): void } {
  const position = Math.floor(random() * statSync(path).size);
  const mask = 1 << Math.floor(random() * 8);
  const flip = () => {
    const file = openSync(path, 'r+');
    const byte = Buffer.alloc(1);
    readSync(file, byte, 0, 1, position);
    byte[0] = (byte[0] ?? 0) ^ mask;
    writeSync(file, byte, 0, 1, position);
    closeSync(file);
  };
  flip();
  return { position, repair: flip };
}
