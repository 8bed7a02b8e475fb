import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { rule } from '../diagnostics/rule.ts';
import { type Result, succeed } from '../model/diagnostic.ts';
import type { SiteHosts } from '../model/site.ts';
import { siteRecord } from '../model/site-record.ts';
import { isErrno, readSmallIfExists } from './files.ts';

const rules = {
  renamed: rule<{ file: string; name: string; shared: string }>('site/renamed', {
    severity: 'notice',
    message: ({ file, name, shared }) =>
      `${file} is the inventory of site ${name}, renamed: both have ${shared}`,
    help: ({ name }) =>
      `the site keeps its name and its files: ${name}.pki, ${name}.lock.json and its records. Rename all of them to rename the site. If it is a new site on these machines, move ${name}.pki away first`,
  }),
  unclear: rule<{ file: string; name: string; others: readonly string[] }>('site/unclear', {
    severity: 'error',
    message: ({ file, others }) =>
      `${file} has no keys yet, and ${others.map((other) => `${other}.pki`).join(', ')} beside it ${others.length > 1 ? 'have' : 'has'} no inventory`,
    help: ({ name, others: [other = ''] }) =>
      `if the inventory was renamed, rename the files of the site too: ${other}.pki to ${name}.pki, and likewise ${other}.lock.json, ${other}.site.json, ${other}.etcd.json and ${other}.pgsql.json. If it is a new site, move ${other}.pki away: new keys fit no node of the old one`,
  }),
  sharedHosts: rule<{ name: string; other: string; shared: string }>('site/shared-hosts', {
    severity: 'warning',
    message: ({ name, other, shared }) =>
      `${shared} ${shared.includes(',') ? 'are hosts' : 'is a host'} of site ${other} too, and ${name} gets keys of its own`,
    help: ({ other }) =>
      `nodes of site ${other} refuse the bundles of this one (apply --other-site moves a node). If it is the same site, use one inventory`,
  }),
};

/**
 * The site with the name that it was built under: the file of an inventory may be renamed, the site stays the same. A site
 * without keys is compared with those beside it. Diagnostics: site/*.
 */
export function withBuiltName(site: SiteHosts): Result<SiteHosts> {
  const directory = dirname(site.inventoryFile);
  const path = (name: string) => join(directory, name);
  if (existsSync(path(`${site.name}.pki`))) return succeed(site);
  const others = namesIn(directory)
    .filter((name) => name.endsWith('.pki') && existsSync(path(join(name, 'ca.key'))))
    .map((name) => otherSite(site, directory, name.slice(0, -'.pki'.length)));
  const lost = others.filter(({ hasInventory }) => !hasInventory);
  const file = site.inventoryFile;
  const [same, ...further] = lost.filter(({ isMostlyShared }) => isMostlyShared);
  if (same && further.length === 0) {
    const { name, shared } = same;
    const notice = rules.renamed.at(undefined, { file, name, shared: few(shared) });
    return succeed({ ...site, name }, [notice]);
  }
  const unclear = same
    ? [same, ...further]
    : lost.filter(({ isKnown, shared }) => !isKnown || shared.length > 0);
  if (unclear.length > 0) {
    const args = { file, name: site.name, others: unclear.map(({ name }) => name) };
    return { ok: false, diagnostics: [rules.unclear.at(undefined, args)] };
  }
  const clashing = others.filter(({ hasInventory, shared }) => hasInventory && shared.length > 0);
  const warnings = clashing.map(({ name: other, shared }) =>
    rules.sharedHosts.at(undefined, { name: site.name, other, shared: few(shared) }),
  );
  return succeed(site, warnings);
}

/** A directory that only lets pass cannot be searched: then every name is a new one. */
function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (cause) {
    if (isErrno(cause, 'EACCES')) return [];
    throw cause;
  }
}

/** A site with keys beside the inventory; `shared`: addresses that both sites have. */
type OtherSite = {
  readonly name: string;
  readonly hasInventory: boolean;
  /** Whether its hosts are known: it was built, and by a version that records them. */
  readonly isKnown: boolean;
  readonly shared: readonly string[];
  /** Whether they are more than half of its hosts: a copy of an inventory may keep some. */
  readonly isMostlyShared: boolean;
};

function otherSite(site: SiteHosts, directory: string, name: string): OtherSite {
  const text = readSmallIfExists(join(directory, siteRecord.nameOf({ name })));
  const record = text === undefined ? undefined : siteRecord.parse(text);
  const hosts = record === undefined || record === 'invalid' ? undefined : record.hosts;
  const shared = site.hosts.map(({ ip }) => ip).filter((ip) => hosts?.[ip] !== undefined);
  const built = record === undefined || record === 'invalid' ? [] : (record.inventory ?? []);
  const files = ['.yml', '.yaml', ''].map((ending) => name + ending).concat(built);
  return {
    name,
    hasInventory: files.some(
      (file) => file !== basename(site.inventoryFile) && existsSync(join(directory, file)),
    ),
    isKnown: hosts !== undefined,
    shared,
    isMostlyShared: shared.length * 2 > Object.keys(hosts ?? {}).length,
  };
}

function few(addresses: readonly string[]): string {
  const more = addresses.length - 3;
  return `${addresses.length > 1 ? 'hosts' : 'host'} ${addresses.slice(0, 3).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
