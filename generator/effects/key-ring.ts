import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { conclude, type Diagnostic, type Result } from '../model/diagnostic.ts';
import type { Expiry, KeyPair, KeyRing, SshKey } from '../model/keys.ts';
import type { CertificatePlan, HostPlan } from '../model/plan.ts';
import {
  CertificateAuthority,
  createCa,
  daysBetween,
  expiryOf,
  isCertificate,
  serialOf,
} from './certificates.ts';
import { makeDirectory, readSmallIfExists, writeFileAtomic } from './files.ts';
import { withKeyLock } from './key-lock.ts';
import { rules } from './key-rules.ts';
import {
  addRevoked,
  openRevocations,
  type Revocations,
  replacedCertificates,
  revocationsFile,
} from './revocations.ts';
import { makeSshKey, sshKeyLine } from './ssh-key.ts';

/** The certificates and keys that a host needs. */
type KeyRequest = Pick<HostPlan, 'certificates' | 'sshKeys'> & { readonly ip: string };

export type KeyRingOptions = { readonly caName: string; readonly validityDays: number; readonly now: Date };

/** A certificate that has replaced another one. */
export type Renewal = { readonly name: string; readonly ip: string; readonly reason: string };

/** The keys of one host, and what was done to have them. */
type HostKeys = {
  readonly ring: KeyRing;
  readonly renewals: readonly Renewal[];
  readonly notices: readonly Diagnostic[];
};

/** The certificate authority of a site, its site key, and the certificates and keys that hosts need. */
export type Keys = {
  /** The keys that one host needs. Missing ones are created, certificates are renewed in time. Throws on file system errors. */
  keysFor(host: KeyRequest): Promise<HostKeys>;
  /** Revokes the certificates with these names: {@link keysFor} issues new ones. Returns their serial numbers by name. */
  revoke(names: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Discards ssh keys: {@link keysFor} makes new ones. */
  discardSshKeys(names: readonly string[]): Promise<void>;
};

/** The keys in `directory`; in an empty one, a CA is created. Diagnostics: keys/*. Throws on file system errors. */
export async function openKeys(directory: string, options: KeyRingOptions): Promise<Result<Keys>> {
  await makeDirectory(directory, 0o700);
  const diagnostics: Diagnostic[] = [];
  const refuse = (diagnostic: Diagnostic): Result<Keys> => ({
    ok: false,
    diagnostics: [...diagnostics, diagnostic],
  });
  const exposed = await exposedKeys(directory);
  if (exposed.length > 0) return refuse(rules.exposed.at(undefined, { files: exposed, directory }));
  const ca = await openCa(directory, options, diagnostics);
  if (!ca) return { ok: false, diagnostics };
  const siteKey = await openSiteKey(directory);
  if (!siteKey) return refuse(rules.siteKey.at(undefined, { file: join(directory, 'site.key') }));
  const known = await openRevocations(directory, ca, options.now);
  if (known === 'invalid')
    return refuse(rules.revocations.at(undefined, { file: revocationsFile(directory) }));
  return conclude(new SiteKeys({ directory, ca, siteKey, options }, known), diagnostics);
}

/** What is opened of a key directory. */
type Opened = {
  readonly directory: string;
  readonly ca: CertificateAuthority;
  readonly siteKey: Uint8Array;
  readonly options: KeyRingOptions;
};

class SiteKeys implements Keys {
  readonly #opened: Opened;
  readonly #openSshKey: ReturnType<typeof sshKeysIn>;
  #known: Revocations;

  constructor(opened: Opened, known: Revocations) {
    this.#opened = opened;
    this.#openSshKey = sshKeysIn(opened.directory);
    this.#known = known;
  }

  async keysFor({ ip, certificates, sshKeys: requested }: KeyRequest): Promise<HostKeys> {
    const { ca, siteKey } = this.#opened;
    const notices: Diagnostic[] = [];
    const renewals: Renewal[] = [];
    const pairs = new Map<string, KeyPair>();
    for (const certificate of certificates) {
      pairs.set(
        certificate.name,
        await this.#openPair(certificate, (reason) => renewals.push({ name: certificate.name, ip, reason })),
      );
    }
    const sshKeys = new Map<string, SshKey>();
    for (const { name } of requested) sshKeys.set(name, await this.#openSshKey(name, notices));
    const expiries = [
      expiryOf('ca', ca.certificate),
      ...[...pairs].map(([name, pair]) => expiryOf(name, pair.certificate)),
    ];
    const ring = { ca: ca.certificate, revocations: this.#known.list, expiries, pairs, sshKeys, siteKey };
    return { ring, renewals, notices };
  }

  async revoke(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const { directory, ca, options } = this.#opened;
    const replaced = await replacedCertificates(directory);
    const added = names.flatMap((name) => {
      const kept = readSmallIfExists(join(directory, `${name}.crt`));
      const all = [...(replaced.get(name) ?? []), ...(kept === undefined ? [] : [kept])];
      return all.filter(isCertificate).map((certificate) => ({ name, certificate }));
    });
    this.#known = await withKeyLock(directory, () => addRevoked(directory, ca, { added, now: options.now }));
    return new Map(added.map(({ name, certificate }) => [name, serialOf(certificate)]));
  }

  async discardSshKeys(names: readonly string[]): Promise<void> {
    for (const name of names) await rm(join(this.#opened.directory, `${name}.key`), { force: true });
  }

  async #openPair(plan: CertificatePlan, onRenewal: (reason: string) => void): Promise<KeyPair> {
    const { directory, ca, options } = this.#opened;
    const { validityDays: days, now } = options;
    const kept = readPair(directory, plan.name);
    const reason =
      kept &&
      (unreadableReason(kept) ??
        this.#reasonOfRevocation(kept) ??
        ca.reasonToRenew(kept.certificate, plan, { days, now }));
    if (kept && reason === undefined) return kept;
    if (reason) onRenewal(reason);
    const issued = await ca.issue(plan, days, now);
    return withKeyLock(directory, async () => {
      const current = readPair(directory, plan.name);
      // Another build may have been faster.
      if (current && current.certificate !== kept?.certificate) return current;
      await putAside(directory, plan.name);
      return writePair(directory, plan.name, issued);
    });
  }

  #reasonOfRevocation({ certificate }: KeyPair): string | undefined {
    const { certificates } = this.#known;
    if (certificates.length === 0) return undefined;
    const serial = serialOf(certificate);
    return certificates.some((revoked) => revoked.serial === serial) ? 'the old one is revoked' : undefined;
  }
}

/** One notice for all certificates that were renewed for the same reason. */
export function renewalNotices(renewals: readonly Renewal[]): Diagnostic[] {
  const byReason = new Map<string, string[]>();
  for (const { name, ip, reason } of inOrder(renewals)) {
    byReason.set(reason, [...(byReason.get(reason) ?? []), `${name} (host ${ip})`]);
  }
  return [...byReason].map(([reason, names]) => rules.renewed.at(undefined, { names, reason }));
}

/** Hosts get their keys in any order. */
function inOrder<T extends { readonly name: string }>(things: readonly T[]): T[] {
  return [...things].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Warnings for certificates that expire soon, or have expired, at the time `now`; not for those that expire with the CA. */
export function expiryWarnings(expiries: readonly Expiry[], now: Date): Diagnostic[] {
  const ca = expiries.find(({ name }) => name === 'ca')?.expires.getTime();
  const due = expiries.filter(({ reported, expires }) => reported <= now && expires.getTime() !== ca);
  const byTime = new Map<string, string[]>();
  for (const { name, expires } of inOrder(due)) {
    const when = expires <= now ? 'expired' : `will expire in ${daysBetween(now, expires)} days`;
    byTime.set(when, [...(byTime.get(when) ?? []), name]);
  }
  return [...byTime].map(([when, names]) => rules.expires.at(undefined, { names, when }));
}

async function openCa(
  directory: string,
  options: KeyRingOptions,
  diagnostics: Diagnostic[],
): Promise<CertificateAuthority | undefined> {
  const kept = readPair(directory, 'ca');
  if (!kept) {
    const missing = await missingFile(directory);
    diagnostics.push(
      missing
        ? rules.caIncomplete.at(undefined, { directory, missing })
        : rules.created.at(undefined, { directory }),
    );
    if (missing) return undefined;
    return new CertificateAuthority(
      await writePair(directory, 'ca', await createCa(options.caName, options.now)),
    );
  }
  if (!isCertificate(kept.certificate)) {
    diagnostics.push(rules.caUnreadable.at(undefined, { file: join(directory, 'ca.crt') }));
    return undefined;
  }
  const ca = new CertificateAuthority(kept);
  const reason = ca.reasonToReplace(options.now);
  if (reason) diagnostics.push(rules.caExpires.at(undefined, { directory, reason }));
  return ca;
}

/** The missing one of the CA's two files; undefined if the directory is empty. The key is written first: see writePair. */
async function missingFile(directory: string): Promise<string | undefined> {
  if (readSmallIfExists(join(directory, 'ca.crt')) !== undefined) return 'ca.key';
  const hasOthers = (await readdir(directory)).some((name) => name.endsWith('.crt'));
  return hasOthers ? 'ca.crt' : undefined;
}

function unreadableReason({ certificate, key }: KeyPair): string | undefined {
  return isCertificate(certificate) && key.startsWith('-----BEGIN ')
    ? undefined
    : 'the old one cannot be read';
}

function readPair(directory: string, name: string): KeyPair | undefined {
  const certificate = readSmallIfExists(join(directory, `${name}.crt`));
  const key = readSmallIfExists(join(directory, `${name}.key`));
  return certificate !== undefined && key !== undefined ? { certificate, key } : undefined;
}

/**
 * A certificate that is replaced is valid until its end: it is kept, so that it can be revoked. It goes before a new key is
 * written: an interruption never leaves a key beside another one's certificate.
 */
async function putAside(directory: string, name: string): Promise<void> {
  const path = join(directory, `${name}.crt`);
  const kept = readSmallIfExists(path);
  if (kept === undefined) return;
  const ending = isCertificate(kept) ? serialOf(kept) : 'unusable';
  await rename(path, `${path}.${ending}`);
}

/** The key is written first; an incomplete pair is created again. */
async function writePair(directory: string, name: string, pair: KeyPair): Promise<KeyPair> {
  await writeFileAtomic(join(directory, `${name}.key`), pair.key, 0o600);
  await writeFileAtomic(join(directory, `${name}.crt`), pair.certificate, 0o644);
  return pair;
}

/** Hosts that share a key request it at the same time: it is created once. */
function sshKeysIn(directory: string): (name: string, diagnostics: Diagnostic[]) => Promise<SshKey> {
  const opened = new Map<string, Promise<SshKey>>();
  return (name, diagnostics) => {
    const key = opened.get(name) ?? openSshKey(directory, name, diagnostics);
    opened.set(name, key);
    return key;
  };
}

async function openSshKey(directory: string, name: string, diagnostics: Diagnostic[]): Promise<SshKey> {
  const path = join(directory, `${name}.key`);
  const kept = readSmallIfExists(path);
  if (kept !== undefined) {
    const line = lineIfKey(kept);
    if (line !== undefined) return { key: kept, line: `${line} ${name}` };
    await rename(path, `${path}.unusable`);
    diagnostics.push(rules.sshKeyReplaced.at(undefined, { name }));
  }
  const key = makeSshKey();
  await writeFileAtomic(path, key, 0o600);
  return { key, line: `${sshKeyLine(key)} ${name}` };
}

function lineIfKey(text: string): string | undefined {
  try {
    return sshKeyLine(text);
  } catch {
    return undefined;
  }
}

/** Private keys that others than their owner can read. */
async function exposedKeys(directory: string): Promise<string[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.key')).sort();
  return names.filter((name) => (statSync(join(directory, name)).mode & 0o077) !== 0);
}

/** Undefined if the file is not a key. */
async function openSiteKey(directory: string): Promise<Uint8Array | undefined> {
  const path = join(directory, 'site.key');
  const kept = readSmallIfExists(path);
  if (kept !== undefined)
    return /^[0-9a-f]{64}\s*$/i.test(kept) ? Buffer.from(kept.trim(), 'hex') : undefined;
  const created = randomBytes(32);
  await writeFileAtomic(path, `${created.toString('hex')}\n`, 0o600);
  return created;
}
