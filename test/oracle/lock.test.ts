import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Progress, silent } from '../../generator/effects/progress.ts';
import { fetchPackages, packageFile } from '../../generator/lock/fetch.ts';
import { formatLock, parseLock } from '../../generator/lock/lock-text.ts';
import { resolveLock } from '../../generator/lock/resolve.ts';
import type { Diagnostic } from '../../generator/model/diagnostic.ts';
import type { ImageRequest, Lock, SignedSource } from '../../generator/model/lock.ts';
import { startArchive, type TestArchive } from '../support/archive.ts';
import { mustRun } from '../support/process.ts';
import { findMissing, skipReason } from '../support/requirements.ts';

const missing = findMissing([
  { tool: 'apt-get', package: 'apt' },
  { tool: 'dpkg-deb', package: 'dpkg' },
  { tool: 'gpg', package: 'gpg' },
]);
const skipped = missing.length > 0 ? `missing: ${missing.map((one) => one.tool).join(', ')}` : undefined;

const BULK = randomBytes(300_000).toString('hex');
const PACKAGES = [
  {
    name: 'app',
    version: '1:2.0+b~1',
    depends: 'library (>= 1), perl:any (>= 5), scripts',
    files: file('app'),
  },
  { name: 'library', files: file('library') },
  { name: 'scripts', depends: 'interpreter', files: file('scripts') },
  { name: 'interpreter', files: file('interpreter') },
  { name: 'bulk', files: file(BULK) },
  { name: 'broken', depends: 'no-such-package', files: file('broken') },
  { name: 'postgresql-15', files: file('15') },
  { name: 'postgresql-17', files: file('17') },
];

function file(text: string) {
  return { [`usr/share/${text.slice(0, 20)}`]: { text } };
}

function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function request(name: string, packages: readonly string[], absent: readonly string[] = []): ImageRequest {
  return {
    name,
    platform: 'test',
    absent,
    packages: packages.map((one) => ({ name: one, askedBy: `images/${name}.yml:1` })),
  };
}

describe.skipIf(skipped)(`apt as solver and downloader${skipped ? ` (${skipped})` : ''}`, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'pigsty lock-'));
  let archive: TestArchive;
  let cache: string;
  let count = 0;

  function options(part: { address?: string; cache?: string; progress?: Progress } = {}) {
    const environment = {
      ...process.env,
      PIGSTY_MIRROR_DEBIAN: part.address ?? archive.address,
      http_proxy: '',
      no_proxy: '127.0.0.1',
    };
    const platforms = new Map([['test', archive.platform]]);
    return { cache: part.cache ?? cache, environment, platforms, progress: part.progress ?? silent };
  }

  async function lockOf(...requests: readonly ImageRequest[]): Promise<Lock> {
    const result = await resolveLock(requests, options());
    if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
    return result.value;
  }

  async function findings(...requests: readonly ImageRequest[]): Promise<readonly Diagnostic[]> {
    const result = await resolveLock(requests, options());
    expect(result.ok).toBe(false);
    return result.diagnostics;
  }

  function kept(lock: Lock): boolean[] {
    return lock.platforms.flatMap((one) =>
      one.packages.map(({ sha256 }) => existsSync(packageFile(cache, sha256))),
    );
  }

  beforeAll(async () => {
    archive = await startArchive(mkdtempSync(join(tmpdir(), 'pigsty-archive-')));
    archive.publish(PACKAGES);
  });
  afterAll(async () => {
    await archive.close();
    rmSync(scratch, { recursive: true, force: true });
    rmSync(archive.directory, { recursive: true, force: true });
  });
  beforeEach(() => {
    cache = join(scratch, `cache-${count++}`);
    archive.faults.clear();
  });
  afterEach(() => {
    archive.requests.length = 0;
  });

  it('locks each image’s closure from nothing, absent packages and what only they need left out', async () => {
    const lock = await lockOf(request('one', ['app'], ['perl', 'interpreter']), request('two', ['scripts']));
    const [platform] = lock.platforms;
    expect(platform?.images).toEqual({ one: ['app', 'library', 'scripts'], two: ['interpreter', 'scripts'] });
    expect(platform?.packages.map((one) => [one.name, one.version, one.arch, one.askedBy, one.path])).toEqual(
      [
        ['app', '1:2.0+b~1', 'amd64', 'images/one.yml:1', 'pool/app_1:2.0+b~1_amd64.deb'],
        ['interpreter', '1.0', 'amd64', 'dependency', 'pool/interpreter_1.0_amd64.deb'],
        ['library', '1.0', 'amd64', 'dependency', 'pool/library_1.0_amd64.deb'],
        ['scripts', '1.0', 'amd64', 'images/two.yml:1', 'pool/scripts_1.0_amd64.deb'],
      ],
    );
    expect(platform?.sources).toMatchObject([{ archive: 'debian', suite: 'test', component: 'main' }]);
    expect(formatLock(lock)).not.toContain('127.0.0.1');
    expect(
      formatLock(await lockOf(request('two', ['scripts']), request('one', ['app'], ['perl', 'interpreter']))),
    ).toBe(formatLock(lock));
  });

  it('fetches the index once: a second lock only asks whether it changed', async () => {
    await lockOf(request('one', ['library']));
    archive.requests.length = 0;
    await lockOf(request('one', ['library']));
    expect(archive.requests.map((one) => one.path)).toEqual(['/dists/test/InRelease']);
  });

  it('names every missing package at once, with the nearest name and the versions there are', async () => {
    const found = await findings(
      request('one', ['librari', 'postgresql-16', 'app']),
      request('two', ['zzz']),
    );
    expect(found.map((one) => [one.code, one.help])).toEqual([
      ['lock/package-not-found', 'the most similar name is library'],
      [
        'lock/pg-version-not-carried',
        expect.stringContaining('set `pg_version` to an available version: 15, 17; or '),
      ],
      ['lock/package-not-found', undefined],
    ]);
    expect(found[0]?.message).toBe(
      'package librari for image one not found in test/main (requested by images/one.yml:1)',
    );
  });

  it('prints apt’s error if there is no solution', async () => {
    const [found] = await findings(request('one', ['broken']));
    expect(found).toMatchObject({ code: 'lock/solver-failed' });
    expect(found?.message).toMatch(
      /packages of image one: .*broken : Depends: no-such-package but it is not installable/,
    );
  });

  it('refuses an index that the platform’s key did not sign', async () => {
    const text = readFileSync(join(archive.directory, 'dists/test/InRelease'), 'utf8');
    try {
      writeFileSync(
        join(archive.directory, 'dists/test/InRelease'),
        text.replace('Label: Debian', 'Label: debian'),
      );
      const [found] = await findings(request('one', ['library']));
      expect(found).toMatchObject({ code: 'lock/source-unreachable' });
      expect(found?.message).toMatch(/BADSIG|not signed|invalid/);
    } finally {
      writeFileSync(join(archive.directory, 'dists/test/InRelease'), text);
    }
  });

  it('reports an unreachable source, even if an older index exists', async () => {
    await lockOf(request('one', ['library']));
    const result = await resolveLock(
      [request('one', ['library'])],
      options({ address: 'http://127.0.0.1:9/' }),
    );
    expect(result.diagnostics).toMatchObject([{ code: 'lock/source-unreachable' }]);
  });

  it('says which archive a machine without it lacks', async () => {
    const { environment, ...rest } = options();
    const bare = { ...environment, PIGSTY_MIRROR_DEBIAN: '', APT_CONFIG: join(scratch, 'none.conf') };
    writeFileSync(bare.APT_CONFIG, 'Dir::Etc::sourcelist "/dev/null"; Dir::Etc::sourceparts "/dev/null";\n');
    const result = await resolveLock([request('one', ['library'])], { ...rest, environment: bare });
    expect(result.diagnostics).toMatchObject([{ code: 'lock/no-archive' }]);
    expect(result.diagnostics[0]?.help).toContain('PIGSTY_MIRROR_DEBIAN');
  });

  describe('from a source of the inventory', () => {
    let other: TestArchive;
    beforeAll(async () => {
      other = await startArchive(mkdtempSync(join(tmpdir(), 'pigsty-archive-')));
      other.publish([{ name: 'extra', version: '2.0', depends: 'library', files: file('extra') }]);
    });
    afterAll(async () => {
      await other.close();
      rmSync(other.directory, { recursive: true, force: true });
    });
    const added = (change: Partial<SignedSource> = {}) => {
      const platform = { ...archive.platform, sources: [{ ...other.source, ...change }] };
      return { ...options(), platforms: new Map([['test', platform]]) };
    };

    it('takes packages under its own key, and those they depend on from the platform', async () => {
      const result = await resolveLock([request('one', ['extra'])], added());
      if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
      const [platform] = result.value.platforms;
      expect(platform?.packages.map((one) => [one.name, one.archive])).toEqual([
        ['extra', 'ours'],
        ['library', 'debian'],
      ]);
      const releases = platform?.sources.map((one) => [one.archive, one.release]);
      expect(releases).toEqual(
        [archive, other].map(({ directory }, index) => [
          ['debian', 'ours'][index],
          sha256Of(readFileSync(join(directory, 'dists/test/InRelease'))),
        ]),
      );
      expect(formatLock(result.value)).not.toContain('127.0.0.1');
      expect(await fetchPackages(result.value, undefined, added())).toMatchObject({ ok: true });
      expect(kept(result.value)).toEqual([true, true]);
    });

    it.each(['over the network', 'in a folder'])('which may have no suites, %s', async (where) => {
      const address = where === 'in a folder' ? `file:${other.directory}/` : other.address;
      const flat = added({ address, suite: './', component: '' });
      const result = await resolveLock([request('one', ['extra'])], flat);
      if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
      const [platform] = result.value.platforms;
      const release = sha256Of(readFileSync(join(other.directory, 'InRelease')));
      expect(platform?.sources[1]).toEqual({ archive: 'ours', suite: './', component: '', release });
      expect(parseLock(formatLock(result.value), 'lock')).toMatchObject({ ok: true });
      expect(await fetchPackages(result.value, undefined, flat)).toMatchObject({ ok: true });
      expect(kept(result.value)).toEqual([true, true]);
    });

    describe('that has a newer package of the platform', () => {
      let newer: TestArchive;
      beforeAll(async () => {
        newer = await startArchive(mkdtempSync(join(tmpdir(), 'pigsty-archive-')));
        newer.publish([
          { name: 'extra', version: '3.0', depends: 'library', files: file('extra') },
          { name: 'library', version: '9.0', files: file('library') },
        ]);
      });
      afterAll(async () => {
        await newer.close();
        rmSync(newer.directory, { recursive: true, force: true });
      });
      const archives = async (packages?: readonly string[]) => {
        const source = { ...newer.source, ...(packages && { packages }) };
        const result = await resolveLock([request('one', ['extra'])], added(source));
        const locked = result.ok ? result.value.platforms[0]?.packages : undefined;
        const codes = result.diagnostics.map(({ code, message }) => `${code}: ${message}`);
        return { locked: locked?.map((one) => [one.name, one.archive]), codes };
      };

      it('supplies what its list names, and nothing else', async () => {
        const expected = [
          ['extra', 'ours'],
          ['library', 'debian'],
        ];
        expect(await archives(['extra'])).toEqual({ locked: expected, codes: [] });
        expect(await archives(['ext*'])).toEqual({ locked: expected, codes: [] });
      });

      it('supplies that package, too, if its list names it', async () => {
        const expected = [
          ['extra', 'ours'],
          ['library', 'ours'],
        ];
        expect(await archives(['extra', 'library'])).toEqual({ locked: expected, codes: [] });
        // The list before this one leaves nothing behind.
        expect((await archives(['extra'])).locked).toContainEqual(['library', 'debian']);
      });

      it('says so without a list', async () => {
        const { locked, codes } = await archives();
        expect(locked).toContainEqual(['library', 'ours']);
        expect(codes).toEqual([
          'lock/replaced-by-archive: archive ours has newer packages than test, which take their place: library',
        ]);
      });
    });

    it('refuses one that another key signed', async () => {
      const result = await resolveLock([request('one', ['extra'])], added({ key: archive.source.key }));
      expect(result.diagnostics).toMatchObject([{ code: 'lock/source-unreachable' }]);
      expect(result.diagnostics[0]?.message).toMatch(/NO_PUBKEY|not signed/);
    });

    it('is found where PIGSTY_MIRROR_… says', async () => {
      const { environment, ...rest } = added({ address: 'http://127.0.0.1:9/' });
      const moved = { ...environment, PIGSTY_MIRROR_OURS: other.address };
      const result = await resolveLock([request('one', ['extra'])], { ...rest, environment: moved });
      expect(result).toMatchObject({ ok: true });
    });
  });

  it('fetches what is missing, reports the bytes, and does not ask again', async () => {
    const lock = await lockOf(request('one', ['app', 'bulk'], ['perl']));
    let bytes = 0;
    const advance = (units: number) => {
      bytes += units;
    };
    const progress: Progress = { step: () => ({ advance, done() {} }) };
    expect(await fetchPackages(lock, undefined, options({ progress }))).toMatchObject({ ok: true });
    const sizes = lock.platforms.flatMap((one) => one.packages.map(({ size }) => size));
    expect(bytes).toBe(sizes.reduce((sum, size) => sum + size, 0));
    expect(kept(lock)).not.toContain(false);
    archive.requests.length = 0;
    expect(await fetchPackages(lock, undefined, options({ address: 'http://127.0.0.1:9/' }))).toMatchObject({
      ok: true,
    });
    expect(archive.requests).toEqual([]);
  });

  it('fetches only for the images that are named', async () => {
    const lock = await lockOf(request('one', ['library']), request('two', ['interpreter']));
    await fetchPackages(lock, ['two'], options());
    expect(kept(lock)).toEqual([true, false]);
  });

  it('copies from an archive that is a folder', async () => {
    const lock = await lockOf(request('one', ['library']));
    const address = `file:${archive.directory}/`;
    expect(await fetchPackages(lock, undefined, options({ address }))).toMatchObject({ ok: true });
    rmSync(join(cache, 'apt'), { recursive: true });
    expect(kept(lock)).toEqual([true]);
  });

  it('says that the archive has superseded a version, keeps the others, and can be run again', async () => {
    const lock = await lockOf(request('one', ['library', 'bulk']));
    archive.faults.set('library_1.0_amd64.deb', { kind: 'missing' });
    const result = await fetchPackages(lock, undefined, options());
    expect(result.diagnostics).toMatchObject([{ code: 'fetch/superseded' }]);
    expect(result.diagnostics[0]?.message).toBe(
      'archive debian no longer has library_1.0_amd64.deb, which image one needs',
    );
    expect(result.diagnostics[0]?.help).toContain('pigsty lock --update');
    expect(kept(lock)).toEqual([true, false]);
    archive.faults.clear();
    expect(await fetchPackages(lock, undefined, options())).toMatchObject({ ok: true });
  });

  it('refuses a file that is not the locked one, names it, and keeps nothing of it', async () => {
    const lock = await lockOf(request('one', ['library']));
    const path = join(archive.directory, 'pool/library_1.0_amd64.deb');
    const original = readFileSync(path);
    const changed = Buffer.from(original);
    changed[200] = (changed[200] ?? 0) ^ 1;
    writeFileSync(path, changed);
    try {
      const result = await fetchPackages(lock, undefined, options());
      expect(result.diagnostics).toMatchObject([{ code: 'fetch/wrong-hash' }]);
      expect(result.diagnostics[0]?.message).toContain('library_1.0_amd64.deb');
      expect(kept(lock)).toEqual([false]);
      expect(readdirSync(join(cache, 'packages/partial'))).toEqual([]);
    } finally {
      writeFileSync(path, original);
    }
    expect(await fetchPackages(lock, undefined, options())).toMatchObject({ ok: true });
  });

  it('resumes an interrupted download', async () => {
    const lock = await lockOf(request('one', ['bulk']));
    archive.faults.set('bulk_1.0_amd64.deb', { kind: 'cut', bytes: 100_000, times: 1 });
    expect(await fetchPackages(lock, undefined, options())).toMatchObject({ ok: true });
    const asked = archive.requests.filter((one) => one.path.includes('bulk'));
    expect(asked.map((one) => one.range)).toEqual([undefined, expect.stringMatching(/^bytes=[1-9]\d*-$/)]);
    expect(kept(lock)).toEqual([true]);
  });

  it.each(['the beginning of the file', 'something else'])(
    'goes on from %s left by a killed run',
    async (left) => {
      const lock = await lockOf(request('one', ['bulk']));
      const [locked] = lock.platforms[0]?.packages ?? [];
      const whole = readFileSync(join(archive.directory, locked?.path ?? ''));
      mkdirSync(join(cache, 'packages/partial'), { recursive: true });
      const part = left === 'something else' ? randomBytes(100_000) : whole.subarray(0, 100_000);
      writeFileSync(join(cache, 'packages/partial', `${locked?.sha256}.deb`), part);
      expect(await fetchPackages(lock, undefined, options())).toMatchObject({ ok: true });
      expect(kept(lock)).toEqual([true]);
    },
  );

  it('says that the archive cannot be reached', async () => {
    const lock = await lockOf(request('one', ['library']));
    const result = await fetchPackages(lock, undefined, options({ address: 'http://127.0.0.1:9/' }));
    expect(result.diagnostics).toMatchObject([{ code: 'fetch/unreachable' }]);
    expect(result.diagnostics[0]?.message).toContain('Connection refused');
  });

  const noRoot = skipReason('mount');
  it.skipIf(noRoot)(
    `reports a full disk and keeps downloaded files${noRoot ? ` (${noRoot})` : ''}`,
    async () => {
      const lock = await lockOf(request('one', ['bulk', 'library']));
      const small = join(scratch, 'small');
      mkdirSync(small);
      await mustRun('mount', ['-t', 'tmpfs', '-o', 'size=300k', 'none', small]);
      try {
        const result = await fetchPackages(lock, undefined, options({ cache: small }));
        expect(result.diagnostics).toMatchObject([{ code: 'fetch/disk-full' }]);
        const sizes = lock.platforms[0]?.packages.map(({ sha256 }) => existsSync(packageFile(small, sha256)));
        expect(sizes).toContain(false);
      } finally {
        await mustRun('umount', [small]);
      }
    },
  );
});
