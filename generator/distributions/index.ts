import { Unreachable } from '../model/brand.ts';
import type { SignedSource } from '../model/lock.ts';
import type { ImageUse } from '../model/plan.ts';
import { debian13 } from './debian13.ts';
import { debian14 } from './debian14.ts';
import type { Distribution, Platforms } from './distribution.ts';

/** The releases that images can be made of; the first is the default. A new one is a file and its name here. */
export const distributions = [debian13, debian14] as const satisfies readonly Distribution[];

const byName: ReadonlyMap<string, Distribution> = new Map(distributions.map((one) => [one.name, one]));

/** What inventories and recipes call a release. */
export const platformNames: readonly [string, ...string[]] = [debian13.name, ...[...byName.keys()].slice(1)];

export const defaultPlatform = platformNames[0];

/** The release of a name, where there is one. */
export function findDistribution(name: string): Distribution | undefined {
  return byName.get(name);
}

/** The release of a name that `validate` has checked. Throws on another: a bug. */
export function distributionOf(name: string): Distribution {
  const found = byName.get(name);
  if (!found) throw new Unreachable(`no distribution ${name}`);
  return found;
}

/** What the solver may use: all releases, each with the archives that an inventory adds to it. */
export function platformsWith(sources: readonly SignedSource[]): Platforms {
  const added = (name: string) => sources.filter(({ platform }) => platform === name);
  return new Map(distributions.map((one) => [one.name, { ...one, sources: added(one.name) }]));
}

/**
 * The name of an image in its site: one use of it on the default platform and one on another are two images. A name does
 * not depend on what other hosts use.
 */
export function imageName({ name, platform }: Pick<ImageUse, 'name' | 'platform'>): string {
  return platform === defaultPlatform ? name : `${name}-${platform}`;
}
