import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Compiled } from '../compile.ts';
import { rule } from '../diagnostics/rule.ts';
import { addressesIn, isCertificate } from '../effects/certificates.ts';
import { readSmallIfExists } from '../effects/files.ts';
import type { Keys } from '../effects/key-ring.ts';
import { conclude, type Diagnostic, type Result } from '../model/diagnostic.ts';
import type { HostPlan } from '../model/plan.ts';
import { isHostIp } from '../text/address.ts';
import { nearestName } from '../text/nearest.ts';
import { type Clock, keyDirectory, openSiteKeys } from './site-keys.ts';

const rules = {
  unknown: rule<{ name: string; nearest: string | undefined }>('reissue/unknown-host', {
    severity: 'error',
    message: ({ name }) => `\`${name}\` is no host of the inventory, and no certificate of the site`,
    help: ({ nearest }) =>
      nearest === undefined
        ? 'name hosts by address or node name; hosts that are gone by their address, or by the name of a certificate in the key directory'
        : `did you mean ${nearest}?`,
  }),
};

type HostKeyPlan = Pick<HostPlan, 'ip' | 'name' | 'certificates' | 'sshKeys'>;

/** A certificate that was revoked, with its serial number. `ip` is the host that gets a new one; undefined if none does. */
export type Reissued = {
  readonly certificate: string;
  readonly serial: string;
  readonly ip: string | undefined;
};

export type ReissueSummary = {
  readonly revoked: readonly Reissued[];
  /** Keys for ssh between hosts that were replaced. */
  readonly sshKeys: readonly string[];
  /** Addresses of the hosts whose keys are new. */
  readonly hosts: readonly string[];
};

/**
 * Revokes the certificates of hosts, and makes new keys and certificates: `names` are addresses, node names, or names of
 * certificates whose host has left the inventory. Diagnostics: reissue/*, keys/*. Throws on file system errors.
 */
export async function reissue(
  { site, plan }: Compiled,
  names: readonly string[],
  clock: Clock,
): Promise<Result<ReissueSummary>> {
  // A whole plan is large.
  const plans: HostKeyPlan[] = [];
  for (const {
    plan: { ip, name, certificates, sshKeys },
  } of plan.hosts)
    plans.push({ ip, name, certificates, sshKeys });
  const directory = keyDirectory(site);
  const wanted = findWanted(plans, directory, names);
  if (!wanted.ok) return wanted;
  const keys = await openSiteKeys(site, clock);
  if (!keys.ok) return keys;
  const { hosts, gone } = wanted.value;
  const summary = await renew(keys.value, hosts, gone);
  for (const name of gone)
    for (const part of ['key', 'crt']) await rm(join(directory, `${name}.${part}`), { force: true });
  return conclude(summary, keys.diagnostics);
}

/** Certificates are revoked before new ones exist: if this is interrupted, the next build issues them. */
async function renew(
  keys: Keys,
  hosts: readonly HostKeyPlan[],
  gone: readonly string[],
): Promise<ReissueSummary> {
  const owners = new Map(
    hosts.flatMap(({ ip, certificates }) => certificates.map(({ name }) => [name, ip] as const)),
  );
  const serials = await keys.revoke([...owners.keys(), ...gone]);
  const sshKeys = [...new Set(hosts.flatMap((host) => host.sshKeys.map(({ name }) => name)))];
  await keys.discardSshKeys(sshKeys);
  for (const host of hosts) await keys.keysFor(host);
  const revoked = [...serials].map(([certificate, serial]) => {
    return { certificate, serial, ip: owners.get(certificate) };
  });
  return { revoked, sshKeys, hosts: hosts.map(({ ip }) => ip) };
}

type Wanted = { readonly hosts: readonly HostKeyPlan[]; readonly gone: readonly string[] };

function findWanted(
  plans: readonly HostKeyPlan[],
  directory: string,
  names: readonly string[],
): Result<Wanted> {
  const hosts = new Set<HostKeyPlan>();
  const gone = new Set<string>();
  const diagnostics: Diagnostic[] = [];
  const left = certificatesWithoutHost(plans, directory);
  for (const name of names) {
    const host = plans.find((plan) => plan.ip === name || plan.name === name || hasCertificate(plan, name));
    const ofGone = host ? [] : sameHost(name, left);
    if (host) hosts.add(host);
    for (const one of ofGone) gone.add(one);
    if (!host && ofGone.length === 0) {
      // An address that is like another one is another host.
      const known = isHostIp(name) ? [] : [...plans.map((plan) => plan.name), ...left.keys()];
      diagnostics.push(rules.unknown.at(undefined, { name, nearest: nearestName(name, known) }));
    }
  }
  return conclude({ hosts: [...hosts], gone: [...gone] }, diagnostics);
}

function hasCertificate({ certificates }: HostKeyPlan, name: string): boolean {
  return certificates.some((certificate) => certificate.name === name);
}

/** The addresses in certificates of hosts that are gone, by name. Certificates of etcd's users have none. */
function certificatesWithoutHost(
  plans: readonly HostKeyPlan[],
  directory: string,
): ReadonlyMap<string, readonly string[]> {
  const own = new Set(['ca', ...plans.flatMap(({ certificates }) => certificates.map(({ name }) => name))]);
  const entries = existsSync(directory) ? readdirSync(directory, { withFileTypes: true }) : [];
  const names = entries.flatMap((entry) =>
    entry.isFile() && entry.name.endsWith('.crt') ? entry.name.slice(0, -'.crt'.length) : [],
  );
  return new Map(
    names.flatMap((name) => {
      const text = own.has(name) ? undefined : readSmallIfExists(join(directory, `${name}.crt`));
      return text !== undefined && isCertificate(text) ? [[name, addressesIn(text)] as const] : [];
    }),
  );
}

/** All certificates of the host that has this address or this certificate. */
function sameHost(name: string, left: ReadonlyMap<string, readonly string[]>): string[] {
  const addresses = isHostIp(name) ? [name] : (left.get(name) ?? []);
  const found = [...left].flatMap(([one, own]) => (own.some((ip) => addresses.includes(ip)) ? [one] : []));
  const all = new Set([...(left.has(name) ? [name] : []), ...found]);
  const second = [...left.keys()].filter((one) => all.has(one.replace(/-(?:etcd|root)$/, '')));
  return [...new Set([...all, ...second])].sort();
}
