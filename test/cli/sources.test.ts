import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LockedPackage } from '../../generator/model/lock.ts';
import { type LocalMirror, mirrorOf } from '../support/local-mirror.ts';
import { pigsty, Workshop } from '../support/product.ts';

/* Messages and exit codes of `pigsty build` if packages cannot be downloaded. */
const CLOSED = 'http://127.0.0.1:9/';
const NOWHERE = {
  PIGSTY_MIRROR_DEBIAN: CLOSED,
  PIGSTY_MIRROR_DEBIAN_SECURITY: CLOSED,
  no_proxy: '127.0.0.1',
};

let workshop: Workshop;
let mirror: LocalMirror;

beforeAll(async () => {
  workshop = new Workshop('meta');
  await workshop.build();
  mirror = mirrorOf(join(workshop.directory, 'meta.lock.json'), join(workshop.directory, 'mirror'));
});
afterAll(() => workshop?.remove());

/** `pigsty build` of an inventory with an empty cache. */
function build(inventory: string, env: NodeJS.ProcessEnv, ...flags: readonly string[]) {
  const out = mkdtempSync(join(workshop.directory, 'out-'));
  return pigsty(['build', inventory, '-o', out, ...flags], { env });
}

function emptyCache(): string {
  return mkdtempSync(join(workshop.directory, 'cache-'));
}

/** An inventory beside the blueprint's, with its text changed. */
function variant(name: string, change: (text: string) => string): string {
  const file = join(workshop.directory, `${name}.yml`);
  writeFileSync(file, change(readFileSync(workshop.inventory, 'utf8')));
  return file;
}

function packageNamed(name: string): LockedPackage {
  const found = mirror.packages.find((one) => one.name === name);
  if (!found) throw new Error(`the lock has no ${name}`);
  return found;
}

describe('locked packages', () => {
  it('with an unreachable archive', async () => {
    const result = await build(workshop.inventory, { ...NOWHERE, XDG_CACHE_HOME: emptyCache() });
    const lines = result.stderr.split('\n').filter((line) => line.startsWith('error['));
    // Of Debian and its security updates.
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(
      /^error\[fetch\/unreachable\] cannot download \S+\.deb and \d+ more from archive debian(-security)?: Could not connect to 127\.0\.0\.1:9 .*Connection refused/,
    );
    expect(result.stderr).toContain('run the command again');
    expect(result.code).toBe(5);
    expect(result.stdout).toBe('');
  });

  it('with a superseded package', async () => {
    const gone = packageNamed('etcd-server');
    renameSync(mirror.file(gone), `${mirror.file(gone)}.gone`);
    const result = await build(workshop.inventory, mirror.environment(emptyCache()));
    renameSync(`${mirror.file(gone)}.gone`, mirror.file(gone));
    const file = basename(gone.path);
    expect(result.stderr).toContain(
      `error[fetch/superseded] archive debian no longer has ${file}, which image etcd needs\n`,
    );
    expect(result.stderr).toContain('run `pigsty lock --update`');
    expect(result.stderr.match(/^error\[/gm)).toHaveLength(1);
    expect(result.code).toBe(2);
  });

  it('with a wrong checksum', async () => {
    const changed = packageNamed('patroni');
    const bytes = readFileSync(mirror.file(changed));
    writeFileSync(mirror.file(changed), Buffer.from(bytes).fill(1, 1000, 1001));
    const result = await build(workshop.inventory, mirror.environment(emptyCache()));
    writeFileSync(mirror.file(changed), bytes);
    const file = basename(changed.path);
    expect(result.stderr).toMatch(
      new RegExp(
        `^error\\[fetch/wrong-hash\\] checksum mismatch: ${file} from archive debian is not the locked file`,
        'm',
      ),
    );
    expect(result.stderr.match(/^error\[/gm)).toHaveLength(1);
    expect(result.code).toBe(4);
  });

  it('that are all available: the same output, and no package is downloaded again', async () => {
    const cache = emptyCache();
    const result = await build(workshop.inventory, mirror.environment(cache), '--frozen');
    expect(result.stderr).not.toContain('error[');
    expect(result.code).toBe(0);
    const again = await build(workshop.inventory, { ...NOWHERE, XDG_CACHE_HOME: cache }, '--frozen');
    expect(again.code).toBe(0);
    expect(again.stdout.split('\n').slice(0, 5)).toEqual(result.stdout.split('\n').slice(0, 5));
  });
});

describe('a build with a changed blob', () => {
  it('is not exported, until it is built again without that blob', async () => {
    const out = join(workshop.directory, 'out');
    const tar = join(workshop.directory, 'host.tar');
    const command = ['export', workshop.inventory, '--host', '10.10.10.10', '--site', out, '-o', tar];
    const blobs = join(out, 'meta', 'blobs', 'sha256');
    const [layer = ''] = readdirSync(blobs).filter((name) => statSync(join(blobs, name)).size > 10_000_000);
    const blob = join(blobs, layer);
    const bytes = readFileSync(blob);
    writeFileSync(blob, Buffer.from(bytes).fill(1, 1000, 1001));
    const refused = await pigsty(command);
    expect(refused.stderr).toContain(
      `error[bundle/wrong-hash] checksum mismatch: ${blob} has changed since it was built`,
    );
    expect(refused.stderr).toContain('delete this file and run `pigsty build` again');
    expect(refused.stdout).toBe('');
    expect(refused.code).toBe(4);
    expect(existsSync(tar)).toBe(false);
    rmSync(blob);
    await workshop.build();
    expect(readFileSync(blob).equals(bytes)).toBe(true);
    expect((await pigsty(command)).code).toBe(0);
  });
});

describe('packages that are not locked yet', () => {
  it('from an unreachable archive', async () => {
    const inventory = variant('unlocked', (text) => text);
    const result = await build(inventory, { ...NOWHERE, XDG_CACHE_HOME: emptyCache() });
    expect(result.stderr).toMatch(
      /^error\[lock\/source-unreachable\] cannot read the package index of debian13: Failed to fetch http:\/\/127\.0\.0\.1:9\/dists\/trixie\/InRelease .*Connection refused/m,
    );
    expect(result.stderr).toContain('check the network');
    expect(result.code).toBe(5);
  });

  it('for a major version that no platform has: before anything is resolved', async () => {
    const inventory = variant('old', (text) => text.replace('pg_version: 17', 'pg_version: 12'));
    const result = await build(inventory, {});
    expect(result.stderr).toMatch(
      /^error\[pgsql\/version-not-carried\] debian13 has PostgreSQL 17, not 12 \(pg-meta\)\n {2}--> \S+\/old\.yml:\d+:21\n/m,
    );
    expect(result.stderr).not.toContain('lock');
    expect(result.code).toBe(2);
  });

  it('with a name that no archive has', async () => {
    const inventory = variant('typo', (text) =>
      text.replace('pg_version: 17', 'pg_version: 17\n        pg_extensions: [postgresql-17-crom]'),
    );
    const line =
      readFileSync(inventory, 'utf8')
        .split('\n')
        .findIndex((one) => one.includes('crom')) + 1;
    const result = await build(inventory, {});
    expect(result.stderr).toContain(
      [
        'error[lock/package-not-found] package postgresql-17-crom for image postgres-17 not found' +
          ' in trixie/main, trixie-updates/main, trixie-security/main (requested by pg_extensions)',
        `  --> ${inventory}:${line}:25`,
        `${line} |         pg_extensions: [postgresql-17-crom]`,
      ].join('\n'),
    );
    expect(result.stderr).toContain('the most similar name is postgresql-17-cron');
    expect(result.code).toBe(2);
  });
});
