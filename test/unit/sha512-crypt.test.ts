import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { revealSecret } from '../../generator/text/secret-forms.ts';
import { sha512Crypt } from '../../generator/text/sha512-crypt.ts';

/** What OpenSSL's own implementation says. */
function opensslHash(password: string, salt: string): string {
  const args = ['passwd', '-6', '-salt', salt, '-stdin'];
  return execFileSync('openssl', args, { input: `${password}\n`, encoding: 'utf8' }).trim();
}

describe('sha512Crypt', () => {
  it('gives the hash of the specification', () => {
    expect(sha512Crypt('Hello world!', 'saltstring')).toBe(
      '$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1',
    );
  });

  it.each([
    ['a', 'x'],
    [`it's "50%" of $HOME`, '0123456789abcdef'],
    ['pässwörd', './aB'],
    ['x'.repeat(63), 'saltstring'],
    ['x'.repeat(64), 'saltstring'],
    ['x'.repeat(65), 'saltstring'],
    ['x'.repeat(200), 'saltstring'],
  ])('agrees with OpenSSL for %s', (password, salt) => {
    expect(sha512Crypt(password, salt)).toBe(opensslHash(password, salt));
  });

  it('differs for other passwords and salts', () => {
    const hashes = [sha512Crypt('a', 'x'), sha512Crypt('b', 'x'), sha512Crypt('a', 'y')];
    expect(new Set(hashes).size).toBe(3);
  });
});

describe('a generated password', () => {
  const forms = { secrets: new Map(), siteKey: new Uint8Array(32), saslprep: (text: string) => text };

  it('and its hash belong together, and are the same at each build', () => {
    const password = revealSecret({ $secret: 'nginx_users', as: 'derived' }, forms);
    const hash = revealSecret({ $secret: 'nginx_users', as: 'derived-crypt', user: 'admin' }, forms);
    const [, , salt = ''] = hash.split('$');
    expect(hash).toBe(opensslHash(password, salt));
    expect(salt).toMatch(/^[0-9a-f]{16}$/);
    expect(revealSecret({ $secret: 'nginx_users', as: 'derived-crypt', user: 'admin' }, forms)).toBe(hash);
  });
});
