import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openKeys, renewalNotices } from '../../generator/effects/key-ring.ts';
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

async function open(days: number, certificates: readonly CertificatePlan[] = [wanted], validityDays = 365) {
  const now = new Date(START.getTime() + days * DAY);
  const keys = await openKeys(directory, { caName: 'pigsty-ca', validityDays, now });
  if (!keys.ok) return keys;
  const { renewals } = await keys.value.keysFor({ ip: '10.10.10.10', certificates, sshKeys: [] });
  return { ...keys, diagnostics: [...keys.diagnostics, ...renewalNotices(renewals)] };
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

it('uses them again, until less than half of their validity is left', async () => {
  const serial = certificate().serialNumber;
  expect(codes(await open(181))).toEqual([]);
  expect(certificate().serialNumber).toBe(serial);
  const renewed = await open(183);
  expect(codes(renewed)).toEqual(['keys/renewed']);
  expect(renewed.diagnostics[0]?.message).toBe(
    'issued a new certificate for pg-meta-1 (host 10.10.10.10): the old one had 181 of 366 days left',
  );
  expect(certificate().serialNumber).not.toBe(serial);
});

it('issues a new certificate if the names change', async () => {
  const moved = await open(190, [{ ...wanted, addresses: ['10.10.10.11'] }]);
  expect(moved.diagnostics[0]?.message).toContain('its names have changed');
  expect(certificate().checkIP('10.10.10.11')).toBe('10.10.10.11');
  await open(190);
});

it('a shorter validity takes effect at the next build; no certificate outlives the CA', async () => {
  const shorter = await open(191, [wanted], 30);
  expect(shorter.diagnostics[0]?.message).toContain('valid for 363 days, longer than `cert_validity`');
  expect(new Date(certificate().validTo)).toEqual(new Date('2026-08-10T00:00:00Z'));
  await open(191, [wanted], 90_000);
  const ca = new X509Certificate(readFileSync(join(directory, 'ca.crt')));
  expect(certificate().validTo).not.toBe(ca.validTo);
  expect(codes(await open(20_000, [wanted], 90_000))).toEqual(['keys/renewed']);
  expect(certificate().validTo).toBe(ca.validTo);
  expect(codes(await open(20_001, [wanted], 90_000))).toEqual([]);
});

it('a revoked certificate is on the list of the CA, and replaced; the list is signed once', async () => {
  const options = { caName: 'pigsty-ca', validityDays: 365, now: START };
  const old = certificate();
  const opened = await openKeys(directory, options);
  if (!opened.ok) throw new Error('no keys');
  const before = await opened.value.keysFor({ ip: '10.10.10.10', certificates: [wanted], sshKeys: [] });
  expect(await opened.value.revoke(['pg-meta-1', 'no-such'])).toEqual(
    new Map([['pg-meta-1', certificate().serialNumber.toLowerCase()]]),
  );
  const { ring, renewals } = await opened.value.keysFor({
    ip: '10.10.10.10',
    certificates: [wanted],
    sshKeys: [],
  });
  expect(renewals.map(({ reason }) => reason)).toEqual(['the old one is revoked']);
  expect(certificate().serialNumber).not.toBe(old.serialNumber);
  expect(before.ring.revocations).not.toBe(ring.revocations);
  const again = await openKeys(directory, options);
  if (!again.ok) throw new Error('no keys');
  const later = await again.value.keysFor({ ip: '10.10.10.10', certificates: [wanted], sshKeys: [] });
  expect(later.renewals).toEqual([]);
  expect(later.ring.revocations).toBe(ring.revocations);
  const check = (pem: string) => {
    writeFileSync(join(directory, '..', 'some.crt'), pem);
    writeFileSync(join(directory, '..', 'list.pem'), ring.revocations);
    const files = ['-CAfile', join(directory, 'ca.crt'), '-CRLfile', join(directory, '..', 'list.pem')];
    const time = ['-attime', String(START.getTime() / 1000)];
    const args = ['verify', ...time, '-crl_check_all', ...files, join(directory, '..', 'some.crt')];
    return spawnSync('openssl', args, { encoding: 'utf8' });
  };
  expect(check(certificate().toString()).status).toBe(0);
  expect(check(before.ring.pairs.get('pg-meta-1')?.certificate ?? '').stderr).toContain(
    'certificate revoked',
  );
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
    const host = { ip: '10.10.10.10', certificates: [], sshKeys: [{ name }] };
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
