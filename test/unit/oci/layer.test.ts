import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { silent } from '../../../generator/effects/progress.ts';
import { buildImages } from '../../../generator/emit/images.ts';
import { packageFile } from '../../../generator/lock/fetch.ts';
import type { ImageSpec } from '../../../generator/lock/requests.ts';
import { sha256 } from '../../../generator/model/brand.ts';
import type { BuiltImage, ImageRecipe } from '../../../generator/model/image.ts';
import type { Lock, LockedPackage } from '../../../generator/model/lock.ts';
import { rootfsId } from '../../../generator/oci/manifest.ts';
import { type PlacedEntry, readEntries } from '../../../generator/oci/tar-reader.ts';
import { makePackage, type PackageRecipe } from '../../support/packages.ts';
import { findMissing } from '../../support/requirements.ts';

const missing = findMissing([{ tool: 'dpkg-deb', package: 'dpkg' }]);
const scratch = mkdtempSync(join(tmpdir(), 'pigsty-layer-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
let site: { blobs: string; cache: string };
let count = 0;

const tool: PackageRecipe = { name: 'tool', files: { 'usr/bin/tool': { text: 'tool', mode: 0o755 } } };
const library: PackageRecipe = { name: 'library', files: { 'usr/lib/library.so': { text: 'library' } } };
const certificates: PackageRecipe = {
  name: 'ca-certificates',
  files: {
    'usr/share/ca-certificates/mozilla/B.crt': { text: 'certificate B\n\n' },
    'usr/share/ca-certificates/mozilla/A.crt': { text: 'certificate A' },
  },
};

const base: ImageRecipe = {
  name: 'base',
  file: 'images/base.yml',
  title: 'base',
  packages: {},
  absent: {},
  users: [],
  directories: [{ path: '/etc/pigsty', mode: 0o755, owner: 'root' }],
  links: [],
  environment: { PATH: '/usr/bin', LANG: 'C' },
  user: '',
  entrypoint: [],
  command: [],
  provides: [],
};
const recipe: ImageRecipe = {
  ...base,
  name: 'sample',
  file: 'images/sample.yml',
  title: 'a sample',
  users: [{ name: 'postgres', uid: 543, gid: 543, home: '/var/lib/pgsql', shell: '/bin/sh' }],
  directories: [{ path: '/var/lib/pgsql', mode: 0o700, owner: 'postgres' }],
  links: [{ path: '/usr/bin/again', target: 'tool' }],
  environment: { LANG: 'en' },
  user: 'postgres',
  entrypoint: ['/usr/bin/tool'],
  provides: ['/bin/tool', '/usr/bin/again'],
};
const spec: ImageSpec = {
  name: 'sample',
  platform: 'debian13',
  recipe,
  bases: [base],
  named: ['tool'],
  needs: [],
};

function lockOf(recipes: readonly PackageRecipe[], baseNames: readonly string[]): Lock {
  const directory = join(scratch, `packages-${count++}`);
  mkdirSync(directory);
  mkdirSync(join(site.cache, 'packages/sha256'), { recursive: true });
  const packages: LockedPackage[] = recipes.map((one) => {
    const { file, ...locked } = makePackage(directory, one);
    writeFileSync(packageFile(site.cache, locked.sha256), readFileSync(file));
    return locked;
  });
  const names = packages.map((one) => one.name).sort();
  const images = { base: baseNames, sample: names };
  const platform = { platform: 'debian13', architecture: 'amd64', sources: [], packages, images };
  return { version: 1, inputs: sha256('0'.repeat(64)), platforms: [platform] };
}

async function build(lock: Lock, one: ImageSpec = spec): Promise<BuiltImage> {
  const result = await buildImages([one], lock, { ...site, progress: silent });
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  const [image] = result.value;
  if (!image) throw new Error('no image');
  return image;
}

async function codes(lock: Lock, one: ImageSpec = spec): Promise<string[]> {
  const result = await buildImages([one], lock, { ...site, progress: silent });
  return result.diagnostics.map((one) => `${one.code}: ${one.message}`);
}

function blob(digest: string): Buffer {
  return readFileSync(join(site.blobs, digest.replace('sha256:', '')));
}

function entriesOf(bytes: Buffer): (PlacedEntry & { text: string })[] {
  const read = (position: number, length: number) => bytes.subarray(position, position + length);
  return readEntries(read).map((one) => ({ ...one, text: read(one.offset, one.size).toString() }));
}

describe.skipIf(missing.length > 0)(
  `images from packages (${missing.map((m) => m.tool).join() || 'dpkg-deb'})`,
  () => {
    beforeEach(() => {
      const directory = join(scratch, `site-${count++}`);
      site = { blobs: join(directory, 'blobs/sha256'), cache: join(directory, 'cache') };
    });

    it('have a layer for the base, for dependencies, for named packages and for their own files', async () => {
      const image = await build(lockOf([tool, library, certificates], ['ca-certificates']));
      const layers = image.layers.map((layer) => entriesOf(blob(layer.digest)).map((entry) => entry.path));
      expect(layers).toHaveLength(4);
      expect(layers[0]).toContain('usr/share/ca-certificates/mozilla/A.crt');
      expect(layers[1]).toEqual(['usr', 'usr/lib', 'usr/lib/library.so']);
      expect(layers[2]).toEqual(['usr', 'usr/bin', 'usr/bin/tool']);
      for (const part of [image.manifest, image.config, ...image.layers]) {
        const bytes = blob(part.digest);
        expect(`sha256:${createHash('sha256').update(bytes).digest('hex')}`).toBe(part.digest);
        expect(bytes.length).toBe(part.size);
      }
    });

    it('carry accounts, links, certificates and the list of dpkg in the uppermost layer', async () => {
      const image = await build(lockOf([tool, certificates], ['ca-certificates']));
      const entries = new Map(
        entriesOf(blob(image.layers.at(-1)?.digest ?? '')).map((one) => [one.path, one]),
      );
      expect(entries.get('etc/passwd')?.text).toContain(
        'postgres:x:543:543:postgres:/var/lib/pgsql:/bin/sh\n',
      );
      expect(entries.get('etc/group')?.text).toContain('postgres:x:543:\n');
      expect(entries.get('etc/ssl/certs/ca-certificates.crt')?.text).toBe('certificate A\ncertificate B\n');
      expect(entries.get('bin')).toMatchObject({ kind: 'symlink', target: 'usr/bin' });
      expect(entries.get('var/run')).toMatchObject({ kind: 'symlink', target: '/run' });
      expect(entries.get('usr/bin/again')).toMatchObject({ kind: 'symlink', target: 'tool' });
      expect(entries.get('var/lib/pgsql')).toMatchObject({
        kind: 'directory',
        uid: 543,
        gid: 543,
        mode: 0o700,
      });
      expect(entries.get('etc/pigsty')).toMatchObject({ kind: 'directory', uid: 0, mode: 0o755 });
      const status = entries.get('var/lib/dpkg/status')?.text ?? '';
      expect(status.match(/^Package: .*\nStatus: install ok installed$/gm)).toEqual([
        'Package: ca-certificates\nStatus: install ok installed',
        'Package: tool\nStatus: install ok installed',
      ]);
    });

    it('are described by a configuration and a manifest, and named by their diff ids', async () => {
      const image = await build(lockOf([tool], []));
      const config = JSON.parse(blob(image.config.digest).toString());
      expect(config).toMatchObject({
        created: '2000-01-01T00:00:00Z',
        architecture: 'amd64',
        os: 'linux',
        config: { User: 'postgres', Env: ['LANG=en', 'PATH=/usr/bin'], Entrypoint: ['/usr/bin/tool'] },
        rootfs: { type: 'layers', diff_ids: image.layers.map((layer) => layer.digest) },
      });
      const text = image.layers.map((layer) => `${layer.digest}\n`).join('');
      expect(image.rootfs).toBe(createHash('sha256').update(text).digest('hex'));
      expect(rootfsId([...image.layers].reverse())).not.toBe(image.rootfs);
    });

    it('are the same again, from the cache, without one, and after blobs were lost', async () => {
      const lock = lockOf([tool, library], []);
      const first = await build(lock);
      expect(await build(lock)).toEqual(first);
      for (const name of readdirSync(site.blobs)) {
        const bytes = blob(name);
        rmSync(join(site.blobs, name));
        expect(await build(lock)).toEqual(first);
        expect(blob(name).equals(bytes)).toBe(true);
      }
      for (const part of ['members', 'layers', 'images']) rmSync(join(site.cache, part), { recursive: true });
      expect(await build(lock)).toEqual(first);
    });

    it('change only in the layer whose package changed', async () => {
      const first = await build(lockOf([tool, library], []));
      const changed = { ...tool, version: '2.0', files: { 'usr/bin/tool': { text: 'tool 2', mode: 0o755 } } };
      const second = await build(lockOf([changed, library], []));
      const same = second.layers.map((layer, index) => layer.digest === first.layers[index]?.digest);
      expect(same).toEqual([true, false, false]);
      expect(second.rootfs).not.toBe(first.rootfs);
    });

    it('leave no partial file', async () => {
      await build(lockOf([tool, library], []));
      const left = [...readdirSync(site.blobs), ...readdirSync(join(site.cache, 'members'))];
      expect(left.filter((name) => name.startsWith('.') || name.endsWith('.tmp'))).toEqual([]);
    });

    it('remove files of killed builds only', async () => {
      mkdirSync(site.blobs, { recursive: true });
      writeFileSync(join(site.blobs, '.4194304-0'), 'left');
      writeFileSync(join(site.blobs, `.${process.ppid}-0`), 'running');
      await build(lockOf([tool], []));
      expect(readdirSync(site.blobs).filter((name) => name.startsWith('.'))).toEqual([`.${process.ppid}-0`]);
    });

    it('are refused when two packages hold one path', async () => {
      const other = { ...library, files: { 'bin/tool': { text: 'other' } } };
      expect(await codes(lockOf([tool, other], []))).toEqual([
        'build/file-conflict: image sample: library and tool both contain /usr/bin/tool',
      ]);
      const inside = { ...library, files: { 'usr/bin/tool/inside': { text: 'x' } } };
      expect((await codes(lockOf([tool, inside], [])))[0]).toContain('build/file-conflict');
    });

    it('are refused when a package has a link where the recipe or another package puts something', async () => {
      const recipe = { ...library, files: { 'usr/bin/again': { text: 'x' } } };
      const conflicts = async (other: typeof library) =>
        (await codes(lockOf([tool, other], []))).filter((line) => line.includes('file-conflict'));
      expect(await conflicts(recipe)).toEqual([
        'build/file-conflict: image sample: library and images/sample.yml both contain /usr/bin/again',
      ]);
      const way = { ...library, files: { 'usr/bin': { symlink: '/etc' } } };
      expect(await conflicts(way)).toContainEqual(expect.stringContaining('both contain /usr/bin'));
    });

    it('are refused when a promised program is missing or cannot be executed', async () => {
      const plain = { ...tool, files: { 'usr/bin/tool': { text: 'tool' } } };
      expect(await codes(lockOf([plain], []))).toEqual([
        'build/program-missing: image sample has no executable /bin/tool, which images/sample.yml declares in `provides`',
        'build/program-missing: image sample has no executable /usr/bin/again, which images/sample.yml declares in `provides`',
      ]);
    });

    it('are refused when a package in the cache is not the locked one, and the package is dropped', async () => {
      const lock = lockOf([tool], []);
      const file = packageFile(site.cache, lock.platforms[0]?.packages[0]?.sha256 ?? sha256(''));
      const bytes = readFileSync(file);
      bytes[100] = (bytes[100] ?? 0) ^ 1;
      writeFileSync(file, bytes);
      expect((await codes(lock))[0]).toMatch(/^fetch\/wrong-hash: checksum mismatch: .*tool_1\.0_amd64\.deb/);
      expect(() => readFileSync(file)).toThrow('ENOENT');
      expect(() => readdirSync(site.blobs)).toThrow('ENOENT');
    });
  },
);
