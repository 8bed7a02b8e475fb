import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { rule } from '../diagnostics/rule.ts';
import { conclude, type Diagnostic, type Result } from '../model/diagnostic.ts';
import type { KeyPair, KeyRing, SshKey } from '../model/keys.ts';
import type { CertificatePlan, HostPlan } from '../model/plan.ts';
import { CertificateAuthority, createCa } from './certificates.ts';
import { makeDirectory, readSmallIfExists, writeFileAtomic } from './files.ts';
import { makeSshKey, sshKeyLine } from './ssh-key.ts';

const rules = {
  created: rule<{ directory: string }>('keys/made', {
    severity: 'notice',
    message: ({ directory }) => `created a certificate authority and keys in ${directory}`,
    help: () => 'keep this directory safe, beside the inventory; ca.key is not copied to any host',
  }),
  renewed: rule<{ name: string; reason: string }>('keys/renewed', {
    severity: 'notice',
    message: ({ name, reason }) => `issued a new certificate for ${name}: ${reason}`,
  }),
  sshKeyReplaced: rule<{ name: string }>('keys/ssh-key-made', {
    severity: 'notice',
    message: ({ name }) =>
      `${name}.key is not a valid ssh key: renamed it to ${name}.key.unusable and created a new key`,
  }),
  caExpires: rule<{ directory: string; reason: string }>('keys/ca-expires', {
    severity: 'warning',
    message: ({ directory, reason }) =>
      `the certificate authority in ${directory} must be replaced: ${reason}`,
  }),
  siteKey: rule<{ file: string }>('keys/site-key-invalid', {
    severity: 'error',
    message: ({ file }) => `${file} is not a key of 64 hexadecimal digits`,
    help: () =>
      'restore it from your backup; without one, delete it: a new key changes the stubs of all secrets in out/ and the passwords of clusters for etcd: apply all hosts at once',
  }),
  exposed: rule<{ files: readonly string[]; directory: string }>('keys/exposed', {
    severity: 'error',
    message: ({ files, directory }) =>
      `other users can read keys in ${directory}: ${files.slice(0, 3).join(', ')}${files.length > 3 ? ` and ${files.length - 3} more` : ''}`,
    help: ({ directory }) =>
      `chmod -R go-rwx ${directory}; if somebody has read ca.key, replace the certificate authority`,
  }),
  caIncomplete: rule<{ directory: string; missing: string }>('keys/ca-incomplete', {
    severity: 'error',
    message: ({ directory, missing }) => `${missing} is missing in ${directory}`,
    help: () =>
      'restore it from your backup. A new certificate authority is created in an empty directory only, and then every host needs new certificates',
  }),
};

/** The certificates and keys that a host needs. */
type KeyRequest = Pick<HostPlan, 'certificates' | 'sshKeys'>;

export type KeyRingOptions = { readonly caName: string; readonly validityDays: number; readonly now: Date };

/** The certificate authority of a site, its site key, and the certificates and keys that hosts need. */
export type Keys = {
  /** The keys that one host needs. Missing ones are created; expiring certificates are renewed, with a notice. Throws on file system errors. */
  keysFor(host: KeyRequest): Promise<{ readonly ring: KeyRing; readonly notices: readonly Diagnostic[] }>;
};

/** The keys in `directory`; in an empty one, a CA is created. Diagnostics: keys/*. Throws on file system errors. */
export async function openKeys(directory: string, options: KeyRingOptions): Promise<Result<Keys>> {
  await makeDirectory(directory, 0o700);
  const diagnostics: Diagnostic[] = [];
  const exposed = await exposedKeys(directory);
  if (exposed.length > 0)
    return { ok: false, diagnostics: [rules.exposed.at(undefined, { files: exposed, directory })] };
  const ca = await openCa(directory, options, diagnostics);
  if (!ca) return { ok: false, diagnostics };
  const siteKey = await openSiteKey(directory);
  if (!siteKey) {
    const file = join(directory, 'site.key');
    return { ok: false, diagnostics: [...diagnostics, rules.siteKey.at(undefined, { file })] };
  }
  const openSshKey = sshKeysIn(directory);
  const keysFor = async (host: KeyRequest) => {
    const notices: Diagnostic[] = [];
    const pairs = new Map<string, KeyPair>();
    for (const certificate of host.certificates) {
      pairs.set(certificate.name, await openPair(directory, ca, certificate, options, notices));
    }
    const sshKeys = new Map<string, SshKey>();
    for (const { name } of host.sshKeys) sshKeys.set(name, await openSshKey(name, notices));
    return { ring: { ca: ca.certificate, pairs, sshKeys, siteKey }, notices };
  };
  return conclude({ keysFor }, diagnostics);
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

async function openPair(
  directory: string,
  ca: CertificateAuthority,
  plan: CertificatePlan,
  options: KeyRingOptions,
  diagnostics: Diagnostic[],
): Promise<KeyPair> {
  const kept = readPair(directory, plan.name);
  const reason = kept && ca.reasonToRenew(kept.certificate, plan, options.now);
  if (kept && reason === undefined) return kept;
  if (reason) diagnostics.push(rules.renewed.at(undefined, { name: plan.name, reason }));
  return writePair(directory, plan.name, await ca.issue(plan, options.validityDays, options.now));
}

function readPair(directory: string, name: string): KeyPair | undefined {
  const certificate = readSmallIfExists(join(directory, `${name}.crt`));
  const key = readSmallIfExists(join(directory, `${name}.key`));
  return certificate !== undefined && key !== undefined ? { certificate, key } : undefined;
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
