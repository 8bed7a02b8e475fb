import type { Distribution } from '../distributions/distribution.ts';
import { distributionOf } from '../distributions/index.ts';
import type { ImageSpec } from '../lock/requests.ts';
import { Unreachable } from '../model/brand.ts';
import type { ImageRecipe } from '../model/image.ts';
import type { Lock, LockedPackage, LockedPlatform } from '../model/lock.ts';
import { sha256Of } from '../text/digest.ts';
import { type ContentRequest, contentKey } from './content-cache.ts';

/** The inputs of an image: its layers of packages, bottom first, each sorted by package name, and its recipe. */
export type ImagePlan = {
  readonly spec: ImageSpec;
  readonly distribution: Distribution;
  readonly architecture: string;
  /** The recipe merged with its bases: the input of the uppermost layer and the configuration. */
  readonly merged: ImageRecipe;
  readonly layers: readonly (readonly ContentRequest[])[];
  readonly createdSeconds: number;
  /** Digest of all inputs: equal keys, equal images. */
  readonly key: string;
};

/**
 * Orders layers by how often they change: the packages of each base recipe, then dependencies, then the requested
 * packages. Throws if the lock does not have the image: the caller has checked that the lock is current.
 */
export function planImage(spec: ImageSpec, lock: Lock, createdSeconds: number): ImagePlan {
  const platform = lock.platforms.find((one) => one.platform === spec.platform);
  if (!platform) throw new Unreachable(`the lock has no platform ${spec.platform}`);
  const merged = mergeRecipes([...spec.bases, spec.recipe]);
  const layers = packageLayers(spec, platform).filter((layer) => layer.length > 0);
  const { architecture } = platform;
  const plan = {
    spec,
    distribution: distributionOf(spec.platform),
    architecture,
    merged,
    layers,
    createdSeconds,
  };
  return { ...plan, key: imageKey(plan) };
}

function packageLayers(spec: ImageSpec, platform: LockedPlatform): ContentRequest[][] {
  const all = closure(platform, spec.name);
  const placed = new Set<string>();
  const take = (names: readonly string[], recipes: readonly ImageRecipe[]) =>
    names
      .filter((name) => !placed.has(name) && placed.add(name))
      .map((name) => request(name, all, recipes, platform));
  const bases = spec.bases.map((base, index) =>
    take(closure(platform, base.name), spec.bases.slice(0, index + 1)),
  );
  const recipes = [...spec.bases, spec.recipe];
  const dependencies = take(
    all.filter((name) => !spec.named.includes(name)),
    recipes,
  );
  return [...bases, dependencies, take(all, recipes)];
}

function closure(platform: LockedPlatform, image: string): readonly string[] {
  const names = platform.images[image];
  if (!names) throw new Unreachable(`the lock has no image ${image}`);
  return [...names].sort();
}

function request(
  name: string,
  closure: readonly string[],
  recipes: readonly ImageRecipe[],
  platform: LockedPlatform,
): ContentRequest {
  const locked = findPackage(platform, name);
  const selected = recipes
    .flatMap((recipe) => recipe.packages[platform.platform] ?? [])
    .find((one) => one.name === name);
  const { only, without, unless = '' } = selected ?? {};
  const isNeeded = closure.includes(unless);
  const distribution = distributionOf(platform.platform);
  return { package: locked, distribution, ...(only && { only }), ...(without && !isNeeded && { without }) };
}

function findPackage(platform: LockedPlatform, name: string): LockedPackage {
  const found = platform.packages.find((one) => one.name === name);
  if (!found) throw new Unreachable(`the lock lists ${name} in an image but not as a package`);
  return found;
}

/** Values of the upper recipe win. Lists are joined; an entry of the upper recipe replaces one with the same name or path. */
function mergeRecipes(recipes: readonly ImageRecipe[]): ImageRecipe {
  return recipes.reduce((lower, upper) => ({
    ...upper,
    users: mergeBy((user) => user.name, lower.users, upper.users),
    directories: mergeBy((directory) => directory.path, lower.directories, upper.directories),
    links: mergeBy((link) => link.path, lower.links, upper.links),
    environment: { ...lower.environment, ...upper.environment },
    provides: [...new Set([...lower.provides, ...upper.provides])],
  }));
}

function mergeBy<T>(keyOf: (item: T) => string, lower: readonly T[], upper: readonly T[]): T[] {
  return [...new Map([...lower, ...upper].map((item) => [keyOf(item), item])).values()];
}

function imageKey(plan: Omit<ImagePlan, 'key'>): string {
  const { spec, merged } = plan;
  const { title, users, directories, links, environment, user, entrypoint, command, provides } = merged;
  const inputs = [
    plan.distribution.paths.version,
    spec.name,
    spec.platform,
    plan.architecture,
    plan.createdSeconds,
    { title, users, directories, links, environment, user, entrypoint, command, provides },
    plan.layers.map((layer) => layer.map(contentKey)),
    spec.needs.map(({ path }) => path).sort(),
  ];
  return sha256Of(JSON.stringify(inputs));
}
