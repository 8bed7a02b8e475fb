import { join } from 'node:path';
import type { Lender } from '../distributions/distribution.ts';
import { writeFileAtomic } from '../effects/files.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { packageMatcher } from '../text/package-patterns.ts';
import { type Addresses, type AptRoot, runApt } from './apt-root.ts';
import { lockRules } from './rules.ts';
import type { SolvedPackage } from './solver-output.ts';

/*
 * What an added archive and another release may supply (docs/decisions/package-sources.md). apt itself knows no such list, but versions with a
 * negative priority, which it never installs (apt_preferences(5)).
 */
const FORMAT = '$(REPO_URI)|$(RELEASE)|$(FILENAME)';

/** Keeps releases and archives with a list of packages to that list; to be called after each update of the indexes. */
export async function allowPackages(root: AptRoot, addresses: Addresses): Promise<void> {
  const { lenders = [], sources = [] } = root.platform;
  const stanzas = lenders.flatMap(pinsOf);
  for (const { archive, suite, packages } of sources) {
    if (packages === undefined) continue;
    const isAllowed = packageMatcher(packages);
    for (const [name, version] of await versionsIn(root, addresses.get(archive) ?? '', suite))
      if (!isAllowed(name)) stanzas.push(`Package: ${name}\nPin: version ${version}\nPin-Priority: -1\n`);
  }
  await writeFileAtomic(join(root.directory, 'etc/apt/preferences.d/added'), stanzas.join('\n'));
}

/** The first stanza with the name of a package counts before those for all; a lender has other versions of the platform's. */
function pinsOf({ suite, packages }: Lender): string[] {
  const pin = (names: string, priority: number) =>
    `Package: ${names}\nPin: release n=${suite}\nPin-Priority: ${priority}\n`;
  return [pin(packages.join(' '), 500), pin('*', -1)];
}

/** A warning for each archive without a list whose packages have taken the place of the platform's. */
export async function replacedPackages(
  root: AptRoot,
  addresses: Addresses,
  solved: readonly SolvedPackage[],
): Promise<Diagnostic[]> {
  const { name: platform, suites, sources = [] } = root.platform;
  const open = sources.filter(({ packages }) => packages === undefined);
  if (open.length === 0) return [];
  const own = new Set<string>();
  for (const { archive, suite } of suites)
    for (const [name] of await versionsIn(root, addresses.get(archive) ?? '', suite)) own.add(name);
  return open.flatMap(({ archive }) => {
    const taken = solved.filter((one) => one.archive === archive && own.has(one.name));
    const names = [...new Set(taken.map(({ name }) => name))].sort();
    return names.length > 0 ? [lockRules.replaced.at(undefined, { archive, platform, names })] : [];
  });
}

/** Name and version of every package of a suite, from the index that apt has verified. */
async function versionsIn(root: AptRoot, address: string, suite: string): Promise<[string, string][]> {
  const targets = await runApt(root, 'apt-get', ['indextargets', '--format', FORMAT, 'Created-By: Packages']);
  const files = targets.stdout.split('\n').flatMap((line) => {
    const [uri = '', release, file = ''] = line.split('|');
    const isSame =
      uri !== '' && new URL(uri).href.replace(/\/+$/, '') === new URL(address).href.replace(/\/+$/, '');
    return isSame && (release === suite || suite === './') ? [file] : [];
  });
  const texts = await Promise.all(
    files.map((file) => runApt(root, '/usr/lib/apt/apt-helper', ['cat-file', file])),
  );
  return texts.flatMap(({ stdout }) =>
    stdout.split('\n\n').flatMap((stanza): [string, string][] => {
      const name = /^Package: (.+)$/m.exec(stanza)?.[1];
      const version = /^Version: (.+)$/m.exec(stanza)?.[1];
      return name === undefined || version === undefined ? [] : [[name, version]];
    }),
  );
}
