import { X509Certificate } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { append } from '../model/multimap.ts';
import { type CertificateAuthority, serialOf } from './certificates.ts';
import { readSmallIfExists, writeFileAtomic } from './files.ts';

/*
 * The revoked certificates of a site, with the list that the CA has signed: a signature is random, so the list is kept
 * and not signed again (docs/decisions/certificates.md).
 */
const FILE = 'revoked.json';

const schema = z.strictObject({
  /** SHA-256 fingerprint of the CA. */
  ca: z.string(),
  certificates: z.array(z.strictObject({ name: z.string(), serial: z.string(), date: z.iso.datetime() })),
  /** PEM. */
  list: z.string().regex(/^-----BEGIN X509 CRL-----\n[\s\S]+-----END X509 CRL-----\n$/),
});

export type Revocations = z.infer<typeof schema>;

/** The file of the key directory; a new CA has an empty list. `invalid` if the file is not one of ours. */
export async function openRevocations(
  directory: string,
  ca: CertificateAuthority,
  now: Date,
): Promise<Revocations | 'invalid'> {
  const kept = read(directory);
  if (kept === 'invalid') return kept;
  return kept?.ca === fingerprintOf(ca) ? kept : write(directory, ca, [], now);
}

/** Adds certificates (PEM) to the list as it is now: another process may have added some. */
export function addRevoked(
  directory: string,
  ca: CertificateAuthority,
  { added, now }: { added: readonly { name: string; certificate: string }[]; now: Date },
): Promise<Revocations> {
  const kept = read(directory);
  const known =
    kept === undefined || kept === 'invalid' || kept.ca !== fingerprintOf(ca) ? [] : kept.certificates;
  const date = `${now.toISOString().slice(0, 19)}Z`;
  const more = added.map(({ name, certificate }) => ({ name, serial: serialOf(certificate), date }));
  const listed = new Set(known.map(({ serial }) => serial));
  return write(directory, ca, [...known, ...more.filter(({ serial }) => !listed.has(serial))], now);
}

export function revocationsFile(directory: string): string {
  return join(directory, FILE);
}

function read(directory: string): Revocations | 'invalid' | undefined {
  const text = readSmallIfExists(revocationsFile(directory));
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return 'invalid';
  }
}

async function write(
  directory: string,
  ca: CertificateAuthority,
  certificates: Revocations['certificates'],
  now: Date,
): Promise<Revocations> {
  const dated = certificates.map(({ serial, date }) => ({ serial, date: new Date(date) }));
  const revocations = { ca: fingerprintOf(ca), certificates, list: await ca.revoke(dated, now) };
  await writeFileAtomic(revocationsFile(directory), `${JSON.stringify(revocations, null, 2)}\n`, 0o644);
  return revocations;
}

function fingerprintOf({ certificate }: CertificateAuthority): string {
  return new X509Certificate(certificate).fingerprint256;
}

/** Certificates of the directory that were replaced, by name. */
export async function replacedCertificates(
  directory: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  for (const file of (await readdir(directory)).sort()) {
    const [, name] = /^(.+)\.crt\.[0-9a-f]+$/.exec(file) ?? [];
    const text = name === undefined ? undefined : readSmallIfExists(join(directory, file));
    if (name !== undefined && text !== undefined) append(found, name, text);
  }
  return found;
}
