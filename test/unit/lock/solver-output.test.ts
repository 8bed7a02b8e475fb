import { describe, expect, it } from 'vitest';
import { addressOf, mirrorVariable, updateTargets } from '../../../generator/lock/archives.ts';
import { aptErrors, parseCandidates, parsePrintUris } from '../../../generator/lock/solver-output.ts';

const HASH = 'a'.repeat(64);
const ADDRESSES = new Map([
  ['debian', 'http://archive.example/debian/'],
  ['debian-security', 'http://archive.example/debian-security/'],
]);

describe('apt’s answers', () => {
  it('become packages with epoch, plus and tilde as they are, below their archive', () => {
    const line = (uri: string, file: string) => `'${uri}' ${file} 123 SHA256:${HASH}\n`;
    const output =
      line(
        'http://archive.example/debian/pool/a/libstdc%2b%2b6_1.0%7ea_amd64.deb',
        'libstdc++6_1%3a1.0~a_amd64.deb',
      ) +
      line('http://archive.example/debian-security/pool/o/openssl_3_all.deb', 'openssl_3_all.deb') +
      'Reading package lists...\n';
    expect(parsePrintUris(output, ADDRESSES)).toEqual([
      {
        name: 'libstdc++6',
        version: '1:1.0~a',
        arch: 'amd64',
        size: 123,
        sha256: HASH,
        archive: 'debian',
        path: 'pool/a/libstdc++6_1.0~a_amd64.deb',
      },
      expect.objectContaining({
        name: 'openssl',
        archive: 'debian-security',
        path: 'pool/o/openssl_3_all.deb',
      }),
    ]);
  });

  it('tell real packages from names that are only provided', () => {
    const output =
      'dash:\n  Installed: (none)\n  Candidate: 0.5.12-12\nawk:\n  Installed: (none)\n  Candidate: (none)\n';
    expect(parseCandidates(output)).toEqual(new Set(['dash']));
  });

  it('are quoted without marks, errors before warnings', () => {
    expect(aptErrors('W: old\nE: Unable to correct problems\nE: you have held broken packages.\n')).toBe(
      'Unable to correct problems; you have held broken packages.',
    );
    expect(aptErrors('W: Failed to fetch\n')).toBe('Failed to fetch');
  });
});

describe('the machine’s archives', () => {
  const targets = [
    'http://a.example/linux/debian/|bookworm|stable|Docker CE',
    'http://b.example/pgdg/|bookworm-pgdg|main|apt.postgresql.org',
    'http://c.example/mirror/main/|bookworm|main|Debian',
    'http://c.example/mirror/sec/|bookworm-security|main|Debian-Security',
  ].join('\n');

  it('are known by their label', () => {
    expect(addressOf('debian', targets)).toBe('http://c.example/mirror/main/');
    expect(addressOf('debian-security', targets)).toBe('http://c.example/mirror/sec/');
  });

  it('are known by the end of the address while no index was fetched', () => {
    const bare = 'http://a.example/linux/debian/|bookworm|stable|\nhttp://c.example/debian/|bookworm|main|\n';
    expect(addressOf('debian', bare)).toBe('http://c.example/debian/');
    expect(addressOf('debian-security', bare)).toBeUndefined();
    expect(addressOf('debian', 'http://c.example/ubuntu/|noble|main|Ubuntu\n')).toBeUndefined();
  });

  it('are found where apt has fetched nothing yet', () => {
    const output = [
      "'http://c.example/debian/dists/bookworm/InRelease' c.example_debian_dists_bookworm_InRelease 0 ",
      "'http://c.example/debian-security/dists/bookworm-security/InRelease' c.example_x_InRelease 0 ",
      "'http://c.example/debian/dists/bookworm/main/binary-amd64/Packages.xz' c.example_y_Packages 0 ",
    ].join('\n');
    expect(addressOf('debian', updateTargets(output))).toBe('http://c.example/debian/');
    expect(addressOf('debian-security', updateTargets(output))).toBe('http://c.example/debian-security/');
  });

  it('can be set by a variable', () => {
    expect(mirrorVariable('debian-security')).toBe('PIGSTY_MIRROR_DEBIAN_SECURITY');
  });
});
