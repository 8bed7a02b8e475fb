import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { mustRun, run } from '../../support/process.ts';
import type { RevisionBundle } from './meta-site.ts';

const STORE = 'var/lib/pigsty';
const HOME = 'etc/pigsty';
/** The agent has these come from the host (docs/bundle.md). */
const HOST_FILES = ['hosts', 'resolv.conf', 'localtime', 'passwd', 'group'];

/**
 * Compares what a node's disk holds with the bundles that were shipped to it, byte by byte: whatever has its final name,
 * an image tree also its mark `synced`, has to be whole, however the machine ended. It shares nothing with the agent's
 * own `verify`.
 */
export class DiskJudge {
  readonly #trees: string;
  readonly #bundles: readonly RevisionBundle[];

  private constructor(bundles: readonly RevisionBundle[]) {
    this.#trees = `${dirname(bundles[0]?.directory ?? '')}-trees`;
    this.#bundles = bundles;
  }

  /** Unpacks the images on this machine, beside the folder that holds the bundles. */
  static async create(bundles: readonly RevisionBundle[]): Promise<DiskJudge> {
    const judge = new DiskJudge(bundles);
    for (const { directory } of bundles) {
      for (const [, , id = '', layers = ''] of records(directory, 'image'))
        await judge.#unpack(directory, id, layers.split(','));
    }
    return judge;
  }

  /** `root` is where the disk is mounted. */
  async examine(root: string): Promise<void> {
    for (const id of published(join(root, STORE, 'images'))) {
      if (!existsSync(join(root, STORE, 'images', id, 'synced'))) continue;
      const [ours, theirs] = [join(this.#trees, id), join(root, STORE, 'images', id, 'rootfs')];
      const { stdout } = await run('diff', ['-rq', '--no-dereference', ours, theirs], {
        timeoutSeconds: 300,
      });
      // systemd makes directories and empty files where a unit's mounts need a place
      const differing = stdout
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith(`Only in ${theirs}`));
      expect(differing).toEqual([]);
    }
    for (const digest of published(join(root, STORE, 'bundles'))) this.#examineParts(root, digest);
    for (const name of published(join(root, HOME, 'generations'))) this.#examineGeneration(root, name);
    for (const link of ['current', 'good']) this.#examineLink(root, link);
    this.#examineImages(root);
    for (const state of published(join(root, STORE, 'state'))) this.#examineState(root, state);
  }

  #examineParts(root: string, digest: string): void {
    const parts = join(root, STORE, 'bundles', digest);
    expect(this.#digests()).toContain(digest);
    expect(hashOf(join(parts, 'bundle'))).toBe(digest);
    for (const part of ['config', 'secrets']) {
      const [[, expected] = []] = records(parts, part);
      expect(hashOf(join(parts, `${part}.tar`)), part).toBe(expected);
    }
  }

  /** Its manifest is one that was shipped, and each file of it is there with its bytes. */
  #examineGeneration(root: string, name: string): void {
    const generation = join(root, HOME, 'generations', name);
    expect(this.#digests()).toContain(hashOf(join(generation, 'bundle')));
    for (const [, hash = '', mode = '', , , path = ''] of records(generation, 'file')) {
      const file = join(generation, path);
      expect(`0${(lstatSync(file).mode & 0o7777).toString(8)}`, path).toBe(mode);
      if (hash === 'measured') expect(lstatSync(file).size, path).toBeGreaterThan(0);
      else expect(hashOf(file), path).toBe(hash);
    }
  }

  #examineLink(root: string, name: string): void {
    const link = join(root, HOME, name);
    if (!lstatSync(link, { throwIfNoEntry: false })) return;
    expect(existsSync(join(root, HOME, readlinkSync(link), 'bundle')), name).toBe(true);
  }

  /** What is good has all its trees. */
  #examineImages(root: string): void {
    const good = join(root, HOME, 'good');
    if (!lstatSync(good, { throwIfNoEntry: false })) return;
    for (const [, , id = ''] of records(join(root, HOME, readlinkSync(good)), 'image'))
      expect(existsSync(join(root, STORE, 'images', id, 'synced')), id).toBe(true);
  }

  /** A record stands for a marker that was there before it. */
  #examineState(root: string, state: string): void {
    const path = readFileSync(join(root, STORE, 'state', state), 'utf8').trim();
    const [[, site, id] = []] = records(this.#bundles[0]?.directory ?? '', 'site');
    const [[, host] = []] = records(this.#bundles[0]?.directory ?? '', 'host');
    expect(readFileSync(join(root, path, '.pigsty-state'), 'utf8')).toBe(`${site} ${host} ${state}\n${id}\n`);
  }

  #digests(): readonly string[] {
    return this.#bundles.map(({ digest }) => digest);
  }

  async #unpack(bundle: string, id: string, layers: readonly string[]): Promise<void> {
    const tree = join(this.#trees, id);
    if (existsSync(tree)) return;
    mkdirSync(tree, { recursive: true });
    for (const layer of layers) {
      const blob = join(bundle, 'blobs/sha256', layer);
      await mustRun('tar', ['-x', '-p', '--keep-directory-symlink', '-C', tree, '-f', blob]);
    }
    mkdirSync(join(tree, 'etc'), { recursive: true });
    for (const name of HOST_FILES) {
      rmSync(join(tree, 'etc', name), { recursive: true, force: true });
      await mustRun('ln', ['-s', `/run/host/etc/${name}`, join(tree, 'etc', name)]);
    }
  }
}

/** Records of one kind, each as its words. */
function records(directory: string, kind: string): readonly (readonly string[])[] {
  const lines = readFileSync(join(directory, 'bundle'), 'utf8').split('\n');
  return lines.map((line) => line.split(' ')).filter(([word]) => word === kind);
}

/** What has its final name: drafts begin with `.new-`, or end in `.new`. */
function published(directory: string): readonly string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory).filter((name) => !name.startsWith('.new-') && !name.endsWith('.new'));
}

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** The folder of the bundles, to be shipped: the first one whole, of the others only what is not in it. */
export function thinOutAll(bundles: readonly RevisionBundle[]): string {
  const [first, ...others] = bundles;
  if (!first) throw new Error('no bundle');
  for (const { directory } of others) thinOut(directory, first.directory);
  return dirname(first.directory);
}

/** Removes the blobs that the first bundle has too. */
function thinOut(directory: string, first: string): void {
  const blobs = 'blobs/sha256';
  for (const name of readdirSync(join(directory, blobs))) {
    if (existsSync(join(first, blobs, name))) rmSync(join(directory, blobs, name));
  }
}
