import { expect, it } from 'vitest';
import {
  isVerifier,
  loadSaslprep,
  md5Verifier,
  reproducibleSalt,
  scramVerifier,
} from '../../generator/text/password.ts';

const asItIs = (password: string) => password;

it('computes the verifier of RFC 7677, section 3', () => {
  // User `user`, password `pencil`, salt and 4096 rounds of the RFC's example; keys as PostgreSQL stores them.
  const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');
  expect(scramVerifier('pencil', salt, asItIs)).toBe(
    'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
  );
});

it('detects hashed passwords', () => {
  expect(isVerifier(scramVerifier('x', Buffer.alloc(16), asItIs))).toBe(true);
  expect(isVerifier(md5Verifier('x', 'user'))).toBe(true);
  expect(isVerifier('md5 is not a password')).toBe(false);
});

it('salts by site, role and password', () => {
  const key = Buffer.alloc(32, 1);
  const salt = reproducibleSalt(key, 'a', 'p');
  expect(salt).toEqual(reproducibleSalt(key, 'a', 'p'));
  expect(salt).not.toEqual(reproducibleSalt(key, 'b', 'p'));
  expect(salt).not.toEqual(reproducibleSalt(Buffer.alloc(32, 2), 'a', 'p'));
});

it('prepares passwords as in RFC 4013, and keeps forbidden ones unchanged', async () => {
  const saslprep = await loadSaslprep(['plain', '\u2168']);
  expect(['I\u00adX', '\u2168', 'user', '\u00aa'].map(saslprep)).toEqual(['IX', 'IX', 'user', 'a']);
  expect(['\u0007', '\u0627\u0031'].map(saslprep)).toEqual(['\u0007', '\u0627\u0031']);
  const ofAscii = await loadSaslprep(['a b', '\u0007"%$@']);
  expect(ofAscii('\u0007"%$@')).toBe('\u0007"%$@');
});
