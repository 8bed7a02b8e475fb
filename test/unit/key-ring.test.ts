import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openKeys } from '../../generator/effects/key-ring.ts';
import type { CertificatePlan } from '../../generator/model/plan.ts';

const DAY = 86_400_000;
const START = new Date('2026-01-01T12:00:00Z');
const wanted: CertificatePlan = {
  name: 'pg-meta-1',
  commonName: 'pg-meta-1',
  organizationalUnit: 'pgsql',
  names: ['localhost', 'pg-meta'],
  addresses: ['10.10.10.10'],
};

let directory: string;
beforeAll(() => {
  directory = join(mkdtempSync(join(tmpdir(), 'pigsty-keys-')), 'pki');
});
afterAll(() => rmSync(join(directory, '..'), { recursive: true, force: true }));

async function open(days: number, certificates: readonly CertificatePlan[] = [wanted]) {
  const now = new Date(START.getTime() + days * DAY);
  const keys = await openKeys(directory, { caName: 'pigsty-ca', validityDays: 365, now });
  if (!keys.ok) return keys;
  const { notices } = await keys.value.keysFor({ certificates, sshKeys: [] });
  return { ...keys, diagnostics: [...keys.diagnostics, ...notices] };
}

const codes = (result: { readonly diagnostics: readonly { readonly code: string }[] }) =>
  result.diagnostics.map(({ code }) => code);
const certificate = () => new X509Certificate(readFileSync(join(directory, 'pg-meta-1.crt')));

it('creates a CA and a certificate that it signed, keys with mode 0600', async () => {
  const made = await open(0);
  expect(codes(made)).toEqual(['keys/made']);
  const ca = new X509Certificate(readFileSync(join(directory, 'ca.crt')));
  expect(certificate().verify(ca.publicKey)).toBe(true);
  expect(certificate().checkIP('10.10.10.10')).toBe('10.10.10.10');
  expect(certificate().checkHost('pg-meta')).toBe('pg-meta');
  for (const name of readdirSync(directory).filter((file) => file.endsWith('.key'))) {
    expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
  }
});

it('uses them again, until they expire within 90 days', async () => {
  const serial = certificate().serialNumber;
  expect(codes(await open(270))).toEqual([]);
  expect(certificate().serialNumber).toBe(serial);
  const renewed = await open(280);
  expect(codes(renewed)).toEqual(['keys/renewed']);
  expect(renewed.diagnostics[0]?.message).toContain('it expires in 83 days');
  expect(certificate().serialNumber).not.toBe(serial);
});

it('issues a new certificate if the names change', async () => {
  const moved = await open(280, [{ ...wanted, addresses: ['10.10.10.11'] }]);
  expect(moved.diagnostics[0]?.message).toContain('its names have changed');
  expect(certificate().checkIP('10.10.10.11')).toBe('10.10.10.11');
});

it.each(['ca.key', 'ca.crt'])('creates no second CA if %s is missing', async (name) => {
  const kept = readFileSync(join(directory, name));
  rmSync(join(directory, name));
  const before = readdirSync(directory);
  const refused = await open(281);
  expect(refused.ok).toBe(false);
  expect(codes(refused)).toEqual(['keys/ca-incomplete']);
  expect(readdirSync(directory)).toEqual(before);
  writeFileSync(join(directory, name), kept, { mode: 0o600 });
});

it('creates one ssh key for all hosts that need it, and keeps it', async () => {
  const name = 'ssh-dba@pg-test';
  const file = join(directory, `${name}.key`);
  const ask = async () => {
    const keys = await openKeys(directory, { caName: 'pigsty-ca', validityDays: 365, now: START });
    if (!keys.ok) throw new Error('no keys');
    const host = { certificates: [], sshKeys: [{ name }] };
    const rings = await Promise.all([keys.value.keysFor(host), keys.value.keysFor(host)]);
    return {
      said: rings.flatMap(({ notices }) => notices),
      made: rings.map(({ ring }) => ring.sshKeys.get(name)),
    };
  };
  const { said, made } = await ask();
  const [first] = made;
  expect(said).toEqual([]);
  expect(made).toEqual([first, first]);
  expect(first?.line).toMatch(/^ecdsa-sha2-nistp256 [A-Za-z0-9+/]{139}= ssh-dba@pg-test$/);
  expect((await ask()).made).toEqual([first, first]);
  expect(statSync(file).mode & 0o777).toBe(0o600);

  const { privateKey } = generateKeyPairSync('ed25519');
  for (const text of ['', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()]) {
    writeFileSync(file, text);
    const again = await ask();
    expect(codes({ diagnostics: again.said })).toEqual(['keys/ssh-key-made']);
    expect(again.made[0]?.line).not.toBe(first?.line);
    expect(readFileSync(`${file}.unusable`, 'utf8')).toBe(text);
  }
});
