import { rule } from '../../diagnostics/rule.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { SignedSource } from '../../model/lock.ts';
import { settingsOf } from '../../model/module.ts';
import { perSite } from '../../model/per-site.ts';
import type { Site, SiteHost } from '../../model/site.ts';
import type { PackageSource } from './schemas.ts';

const rules = {
  key: rule<{ key: string; problem: string }>('image/source-key', {
    severity: 'error',
    message: ({ key, problem }) => `the key ${key} ${problem}`,
    help: () => 'put the key as text (`gpg --armor --export … > FILE`) beside the inventory or in `files/`',
  }),
  flat: rule<{ component: string }>('image/source-flat', {
    severity: 'error',
    message: ({ component }) => `an archive without suites has no component \`${component}\``,
    help: () => 'remove `component`, or name the suite',
  }),
  twice: rule<{ name: string }>('image/source-twice', {
    severity: 'error',
    message: ({ name }) => `two different archives have the name \`${name}\``,
    label: () => 'duplicate',
  }),
};

/** The suite of a flat archive, one folder of packages without suites and components (sources.list(5)). */
const FLAT_SUITE = './';

type Named = { readonly source: PackageSource; readonly host: SiteHost; readonly index: number };

/** Every entry of `image_sources` once, however many hosts have it. */
const namedSources = perSite((site): readonly Named[] => {
  const found = new Map<string, Named>();
  for (const host of site.hosts) {
    for (const [index, source] of settingsOf(host).image_sources.entries()) {
      const text = JSON.stringify(source);
      if (!found.has(text)) found.set(text, { source, host, index });
    }
  }
  return [...found.values()];
});

/** Names of the key files. */
export function keyFiles(site: Site): string[] {
  return namedSources(site).map(({ source }) => source.key);
}

/** The archives of the inventory, each for one platform: its packages are built for one release. */
export function packageSources(site: Site): SignedSource[] {
  return namedSources(site).map(({ source, host }) => {
    const { url: address, suite, component = suite === FLAT_SUITE ? '' : 'main' } = source;
    const { platform = settingsOf(host).image_platform } = source;
    const key = site.files.get(source.key) ?? '';
    const packages = source.packages && { packages: source.packages };
    return { archive: source.name, platform, address, suite, component, key, ...packages };
  });
}

export function checkSources(site: Site): Diagnostic[] {
  const all = namedSources(site);
  return all.flatMap(({ source, host, index }, position) => {
    const place = (part: string) => host.parameters.place('image_sources', [index, part]);
    const problem = keyProblem(site.files.get(source.key));
    const isTaken = all.slice(0, position).some((other) => other.source.name === source.name);
    return [
      ...(problem ? [rules.key.at(place('key'), { key: source.key, problem })] : []),
      ...(source.suite === FLAT_SUITE && source.component !== undefined
        ? [rules.flat.at(place('component'), { component: source.component })]
        : []),
      ...(isTaken ? [rules.twice.at(place('name'), { name: source.name })] : []),
    ];
  });
}

function keyProblem(text: string | undefined): string | undefined {
  if (text === undefined) return 'was not found';
  return text.includes('-----BEGIN PGP PUBLIC KEY BLOCK-----')
    ? undefined
    : 'contains no OpenPGP public key in text form';
}
