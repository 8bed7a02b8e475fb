import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatLock, parseLock } from '../../../generator/lock/lock-text.ts';
import { sha256 } from '../../../generator/model/brand.ts';
import type { Lock, LockedPackage } from '../../../generator/model/lock.ts';

const hex = (digit: string) => sha256(digit.repeat(64));

function locked(name: string, part: Partial<LockedPackage> = {}): LockedPackage {
  const path = `pool/main/${name}_1.0_amd64.deb`;
  const rest = { size: 10, sha256: hex('a'), archive: 'debian', path, askedBy: 'dependency' };
  return { name, version: '1.0', arch: 'amd64', ...rest, ...part };
}

const lock: Lock = {
  version: 1,
  inputs: hex('1'),
  platforms: [
    {
      platform: 'debian13',
      architecture: 'amd64',
      sources: [{ archive: 'debian', suite: 'trixie', component: 'main', release: hex('2') }],
      packages: [
        locked('libc6', { version: '2.41-12+deb13u5' }),
        locked('postgresql-17', { askedBy: 'images/postgres.yml:6', version: '1:17.12-0~x' }),
        locked('tzdata', { arch: 'all', archive: 'debian-security' }),
      ],
      images: { base: ['libc6', 'tzdata'], postgres: ['libc6', 'postgresql-17', 'tzdata'] },
    },
  ],
};

describe('the text of a lock', () => {
  it('is read back unchanged', () => {
    expect(parseLock(formatLock(lock), 'x')).toEqual({ ok: true, value: lock, diagnostics: [] });
    expect(formatLock(lock)).toBe(formatLock(JSON.parse(JSON.stringify(lock))));
  });

  it('has one line for each package, with its images, and ends with a newline', () => {
    const lines = formatLock(lock).split('\n');
    expect(lines.at(-1)).toBe('');
    const packages = lines.filter((line) => line.startsWith('{"name"'));
    expect(packages).toHaveLength(3);
    expect(packages[0]).toContain('"name":"libc6","version":"2.41-12+deb13u5"');
    expect(packages[0]).toContain('"images":["base","postgres"]');
  });

  it('is JSON with any names and versions', () => {
    const name = fc.string({ minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 8 }), name, (names, version) => {
        const sorted = [...names].sort();
        const [platform] = lock.platforms;
        const packages = sorted.map((one) => locked('x', { name: one, version }));
        const odd = { ...lock, platforms: [{ ...platform, packages, images: { base: sorted } }] } as Lock;
        expect(parseLock(formatLock(odd), 'x')).toMatchObject({ ok: true, value: odd });
      }),
    );
  });

  it.each([
    ['', 'it is not JSON in the format of a lock'],
    ['{}', 'version: '],
    [formatLock(lock).replace('"version": 1', '"version": 2'), 'version: '],
    [formatLock(lock).replace('"size":10', '"size":-1'), 'platforms.0.packages.0.size: '],
    [formatLock(lock).replace('pool/main', '../main'), 'platforms.0.packages.0.path: '],
    [formatLock(lock).replace('pool/main', '/main'), 'platforms.0.packages.0.path: '],
    [formatLock(lock).replace('"arch"', '"architecture"'), 'platforms.0.packages.0'],
    [`<<<<<<< ours\n${formatLock(lock)}`, 'merge conflict markers'],
  ])('is rejected with the reason: %#', (text, reason) => {
    const result = parseLock(text, 'site.lock.json');
    expect(result.ok).toBe(false);
    expect(result.diagnostics).toMatchObject([{ code: 'lock/unreadable' }]);
    expect(result.diagnostics[0]?.message).toContain('site.lock.json');
    expect(result.diagnostics[0]?.message).toContain(reason);
  });
});
