import { Unreachable } from '../model/brand.ts';
import type { SignedSource } from '../model/lock.ts';
import type { ImageUse } from '../model/plan.ts';
import { debian13 } from './debian13.ts';
import { debian14 } from './debian14.ts';
import type { Distribution, Platforms } from './distribution.ts';

/** The releases that images can be built from; the first is the default. To add one, write a file and add it here. */
export const distributions = [debian13, debian14] as const satisfies readonly Distribution[];

const byName: ReadonlyMap<string, Distribution> = new Map(distributions.map((one) => [one.name, one]));

/** The names of releases in inventories and recipes. */
export const platformNames: readonly [string, ...string[]] = [debian13.name, ...[...byName.keys()].slice(1)];

export const defaultPlatform = platformNames[0];

/** The release with this name; undefined if it is unknown. */
export function findDistribution(name: string): Distribution | undefined {
  return byName.get(name);
}

/** The release with a name that `validate` has checked. Throws on an unknown name, which is a bug. */
export function distributionOf(name: string): Distribution {
  const found = byName.get(name);
  if (!found) throw new Unreachable(`no distribution ${name}`);
  return found;
}

/** All releases, each with the archives that the inventory adds to it. */
export function platformsWith(sources: readonly SignedSource[]): Platforms {
  const added = (name: string) => sources.filter(({ platform }) => platform === name);
  return new Map(distributions.map((one) => [one.name, { ...one, sources: added(one.name) }]));
}

/**
 * The name of an image in its site. An image on another platform than the default has the platform in its name, even if
 * no host uses the default: names do not depend on other hosts. Names of clusters, which some images have in theirs,
 * contain no dot.
 */
export function imageName({ name, platform }: Pick<ImageUse, 'name' | 'platform'>): string {
  return platform === defaultPlatform ? name : `${name}.${platform}`;
}
