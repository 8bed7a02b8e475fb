import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isCompleteLayout } from '../support/layout.ts';
import { type LocalMirror, mirrorOf } from '../support/local-mirror.ts';
import { mustRun } from '../support/process.ts';
import { pigsty, Workshop } from '../support/product.ts';
import { skipReason } from '../support/requirements.ts';
import { withTmpfs } from '../support/tmpfs.ts';
import { firstDifference, listing } from '../support/tree-listing.ts';

/* Disks that are full or read-only: the diagnostic names them, no build looks complete, and the next one succeeds with more space. */
const skipped = skipReason('mount');
const LARGE = 4_000_000;

describe.skipIf(skipped)(`a disk that is full${skipped ? ` (${skipped})` : ''}`, () => {
  let workshop: Workshop;
  let mirror: LocalMirror;
  let whole: string[];
  let kilobytes: number;

  beforeAll(async () => {
    workshop = new Workshop('meta');
    await workshop.build();
    mirror = mirrorOf(join(workshop.directory, 'meta.lock.json'), join(workshop.directory, 'mirror'));
    const site = join(workshop.directory, 'out', 'meta');
    whole = listing(site);
    kilobytes = Number((await mustRun('du', ['-sk', site])).split('\t')[0]);
  });
  afterAll(() => workshop?.remove());

  const build = (out: string, env: NodeJS.ProcessEnv = {}) =>
    pigsty(['build', workshop.inventory, '-o', out, '--frozen'], { env });

  it.each([
    ['while the first layers are written', () => 20_000],
    ['at the last files', () => kilobytes - 400],
  ])('%s of out/', async (_when, size) => {
    const out = join(workshop.directory, 'small-out');
    await withTmpfs(out, size(), async (grow) => {
      const result = await build(out);
      expect(result.stderr).toMatch(
        /^error\[build\/disk-full\] no space left on the disk of \S+\/small-out\/meta\S*\n {3}= help: free some space/m,
      );
      expect(result.stderr).toContain(out);
      expect(result.stdout).toBe('');
      expect(result.code).toBe(1);
      expect(existsSync(join(out, 'meta', 'index.json'))).toBe(false);
      await grow(LARGE);
      expect((await build(out)).code).toBe(0);
      expect(firstDifference(whole, listing(join(out, 'meta')))).toBeUndefined();
    });
  });

  it('does not change the existing build', async () => {
    const out = join(workshop.directory, 'second-out');
    const changed = join(workshop.directory, 'changed');
    workshop.copyTo(changed);
    const inventory = join(changed, 'meta.yml');
    writeFileSync(inventory, readFileSync(inventory, 'utf8').replace('10.10.10.0/24', '10.10.99.0/24'));
    await withTmpfs(out, kilobytes + 400, async (grow) => {
      expect((await build(out)).code).toBe(0);
      const site = join(out, 'meta');
      const index = readFileSync(join(site, 'index.json'), 'utf8');
      await mustRun('sh', ['-c', 'head -c 10G /dev/zero > "$0/filling" 2>/dev/null || true', out]);
      const result = await pigsty(['build', inventory, '-o', out, '--frozen']);
      expect(result.stderr).toContain('error[build/disk-full]');
      expect(result.code).toBe(1);
      expect(readFileSync(join(site, 'index.json'), 'utf8')).toBe(index);
      expect(isCompleteLayout(site)).toBe(true);
      await grow(LARGE);
      expect((await pigsty(['build', inventory, '-o', out, '--frozen'])).code).toBe(0);
      expect(readFileSync(join(site, 'index.json'), 'utf8')).not.toBe(index);
      expect(isCompleteLayout(site)).toBe(true);
    });
  });

  it.each([
    ['packages arrive', 40_000, 'fetch/disk-full'],
    ['packages are unpacked', 200_000, 'build/disk-full'],
  ])('while %s in the cache', async (_when, size, code) => {
    const cache = join(workshop.directory, 'small-cache');
    const out = join(workshop.directory, `out-${code.replace('/', '-')}`);
    await withTmpfs(cache, size, async (grow) => {
      const result = await build(out, mirror.environment(cache));
      expect(result.stderr).toMatch(new RegExp(`^error\\[${code}\\] no space left .*${cache}/pigsty`, 'm'));
      expect(result.stderr.match(/^error\[/gm)).toHaveLength(1);
      expect(result.code).toBe(1);
      expect(existsSync(join(out, 'meta', 'index.json'))).toBe(false);
      await grow(LARGE);
      expect((await build(out, mirror.environment(cache))).code).toBe(0);
      expect(firstDifference(whole, listing(join(out, 'meta')))).toBeUndefined();
    });
  });

  it('while package indexes are downloaded', async () => {
    const cache = join(workshop.directory, 'tiny-cache');
    await withTmpfs(cache, 4_000, async () => {
      const inventory = join(workshop.directory, 'unlocked.yml');
      cpSync(workshop.inventory, inventory);
      const result = await pigsty(['lock', inventory], { env: { XDG_CACHE_HOME: cache } });
      expect(result.stderr).toMatch(
        /^error\[lock\/disk-full\] no space left for package indexes in \S+\/tiny-cache\/pigsty/m,
      );
      expect(result.code).toBe(1);
      expect(existsSync(join(workshop.directory, 'unlocked.lock.json'))).toBe(false);
    });
  });
});
