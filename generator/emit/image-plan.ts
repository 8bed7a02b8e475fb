import type { Distribution } from '../distributions/distribution.ts';
import { distributionOf } from '../distributions/index.ts';
import type { ImageSpec } from '../lock/requests.ts';
import { Unreachable } from '../model/brand.ts';
import type { ImageRecipe } from '../model/image.ts';
import type { Lock, LockedPackage, LockedPlatform } from '../model/lock.ts';
import { sha256Of } from '../text/digest.ts';
import { type MemberRequest, memberKey } from './member-cache.ts';

/** What an image is made of, before anything is opened: its layers of packages, bottom first, each sorted by name, and its recipe. */
export type ImagePlan = {
  readonly spec: ImageSpec;
  readonly distribution: Distribution;
  readonly architecture: string;
  /** Recipe and bases as one: what the uppermost layer and the configuration are made from. */
  readonly merged: ImageRecipe;
  readonly layers: readonly (readonly MemberRequest[])[];
  readonly createdSeconds: number;
  /** Digest of all inputs: equal keys, equal images. */
  readonly key: string;
};

/**
 * Layers by how often they change: each base recipe's packages, then what others depend on, then the packages asked
 * for by name. Throws on a lock that lacks the image: the caller has checked that it is not stale.
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

function packageLayers(spec: ImageSpec, platform: LockedPlatform): MemberRequest[][] {
  const all = closure(platform, spec.name);
  const taken = new Set<string>();
  const take = (names: readonly string[], recipes: readonly ImageRecipe[]) =>
    names
      .filter((name) => !taken.has(name) && taken.add(name))
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
): MemberRequest {
  const locked = findPackage(platform, name);
  const asked = recipes
    .flatMap((recipe) => recipe.packages[platform.platform] ?? [])
    .find((one) => one.name === name);
  const { only, without, unless = '' } = asked ?? {};
  const isNeeded = closure.includes(unless);
  const distribution = distributionOf(platform.platform);
  return { package: locked, distribution, ...(only && { only }), ...(without && !isNeeded && { without }) };
}

function findPackage(platform: LockedPlatform, name: string): LockedPackage {
  const found = platform.packages.find((one) => one.name === name);
  if (!found) throw new Unreachable(`the lock lists ${name} in an image but not as a package`);
  return found;
}

/** The upper recipe's words count; lists add up, an entry with the same name or path replaces the lower one. */
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
    plan.layers.map((layer) => layer.map(memberKey)),
  ];
  return sha256Of(JSON.stringify(inputs));
}
