import { allSuites, type Platforms, platformFor } from '../distributions/distribution.ts';
import { findDistribution, imageName } from '../distributions/index.ts';
import { type Sha256, Unreachable } from '../model/brand.ts';
import { conclude, type Diagnostic, type Result } from '../model/diagnostic.ts';
import type { ImageRecipe, RecipePackage } from '../model/image.ts';
import type { ImageRequest, Lock, PackageRequest } from '../model/lock.ts';
import type { ImageNeed, ImageUse } from '../model/plan.ts';
import { sha256Of } from '../text/digest.ts';
import { lockRules } from './rules.ts';

/** An image to build: its recipe with the arguments filled in, and the requested packages. */
export type ImageSpec = {
  readonly name: string;
  readonly platform: string;
  readonly recipe: ImageRecipe;
  /** Recipes below this one, lowest first; the lock has the packages of each under its name. */
  readonly bases: readonly ImageRecipe[];
  /** Names of the packages that the recipe and the parameters request, sorted. */
  readonly named: readonly string[];
  /** The files that its uses need, each once. */
  readonly needs: readonly ImageNeed[];
};

/** The requests to solve and the images to build. Each base recipe is a separate request, with the recipe's name. */
export type ImageJobs = { readonly requests: readonly ImageRequest[]; readonly specs: readonly ImageSpec[] };

const PACKAGE_NAME = /^[a-z0-9][a-z0-9+.-]+$/;

/**
 * The images of `uses`, each once, sorted by name. Diagnostics: lock/platform-unknown, lock/bad-package-name. Throws on
 * bugs: an unknown recipe, a missing argument, two different images with one name.
 */
export function imageRequests(
  uses: readonly ImageUse[],
  recipes: ReadonlyMap<string, ImageRecipe>,
): Result<ImageJobs> {
  const unique = uniqueUses(uses);
  const needs = needsByImage(uses);
  const specs = unique.map((use) => imageSpec(use, needs.get(imageName(use)) ?? [], recipes));
  const requests = new Map<string, ImageRequest>();
  const add = (one: ImageRequest) => requests.set(`${one.name} ${one.platform}`, one);
  for (const { bases, platform } of specs)
    for (const base of bases) add(request({ name: base.name, platform }, [base], []));
  specs.forEach((spec, index) => {
    const extra = unique[index]?.packages ?? [];
    add(request(spec, [...spec.bases, spec.recipe], extra));
  });
  const sorted = [...requests].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
  return conclude({ requests: sorted, specs }, [
    ...specs.flatMap((spec) => platformProblems(spec)),
    ...sorted.flatMap(nameProblems),
  ]);
}

/** The digest of the requested packages and their suites, without the places that request them. */
export function lockInputs(requests: readonly ImageRequest[], platforms: Platforms): Sha256 {
  const suitesOf = (name: string, packages: readonly string[]) => {
    const platform = platforms.get(name);
    return platform ? allSuites(platformFor(platform, packages)) : [];
  };
  const inputs = requests.map(({ name, platform, packages: requested, absent }) => {
    const packages = requested.map((one) => one.name).sort();
    const suites = suitesOf(platform, packages).map(({ archive, suite, component, packages }) => ({
      archive,
      suite,
      component,
      packages,
    }));
    return { name, platform, suites, packages, absent };
  });
  inputs.sort((a, b) => (`${a.name} ${a.platform}` < `${b.name} ${b.platform}` ? -1 : 1));
  return sha256Of(JSON.stringify(inputs));
}

/** True if the lock was resolved for other requests. */
export function isStale(lock: Lock, requests: readonly ImageRequest[], platforms: Platforms): boolean {
  return lock.inputs !== lockInputs(requests, platforms);
}

function uniqueUses(uses: readonly ImageUse[]): ImageUse[] {
  const byName = new Map<string, ImageUse>();
  const identity = (use: ImageUse) =>
    JSON.stringify([use.recipe, use.arguments, use.packages.map((p) => p.name).sort()]);
  for (const use of uses) {
    const name = imageName(use);
    const other = byName.get(name);
    if (other && identity(other) !== identity(use))
      throw new Unreachable(`two different images named ${name}`);
    if (!other) byName.set(name, use);
  }
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, use]) => use);
}

function needsByImage(uses: readonly ImageUse[]): ReadonlyMap<string, readonly ImageNeed[]> {
  const found = new Map<string, Map<string, ImageNeed>>();
  for (const use of uses) {
    const needs = found.get(imageName(use)) ?? new Map<string, ImageNeed>();
    found.set(imageName(use), needs);
    for (const need of use.needs ?? []) if (!needs.has(need.path)) needs.set(need.path, need);
  }
  return new Map([...found].map(([name, needs]) => [name, [...needs.values()]]));
}

function imageSpec(
  use: ImageUse,
  needs: readonly ImageNeed[],
  recipes: ReadonlyMap<string, ImageRecipe>,
): ImageSpec {
  const { platform } = use;
  const recipe = withArguments(find(recipes, use.recipe), use.arguments);
  const bases: ImageRecipe[] = [];
  for (let next = recipe.base; next !== undefined; next = bases[0]?.base) {
    bases.unshift(withArguments(find(recipes, next), use.arguments));
  }
  const named = [...(recipe.packages[platform] ?? []), ...use.packages].map((one) => one.name);
  return { name: imageName(use), platform, recipe, bases, named: [...new Set(named)].sort(), needs };
}

function find(recipes: ReadonlyMap<string, ImageRecipe>, name: string): ImageRecipe {
  const recipe = recipes.get(name);
  if (!recipe) throw new Unreachable(`no image recipe ${name}`);
  return recipe;
}

/** The recipe with `${name}` replaced in all its texts. */
function withArguments(recipe: ImageRecipe, args: Readonly<Record<string, string>>): ImageRecipe {
  const fill = (text: string) =>
    text.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => {
      const value = args[name];
      if (value === undefined) throw new Unreachable(`${recipe.file} needs an argument ${name}`);
      return value;
    });
  const packages = Object.entries(recipe.packages).map(([platform, list]) => [
    platform,
    list.map((entry) => fillPackage(entry, fill)),
  ]);
  return {
    ...recipe,
    packages: Object.fromEntries(packages),
    links: recipe.links.map(({ path, target }) => ({ path: fill(path), target: fill(target) })),
    environment: Object.fromEntries(
      Object.entries(recipe.environment).map(([key, value]) => [key, fill(value)]),
    ),
    entrypoint: recipe.entrypoint.map(fill),
    command: recipe.command.map(fill),
    provides: recipe.provides.map(fill),
  };
}

function fillPackage(entry: RecipePackage, fill: (text: string) => string): RecipePackage {
  const name = fill(entry.name);
  return entry.without ? { ...entry, name, without: entry.without.map(fill) } : { ...entry, name };
}

function request(
  { name, platform }: Pick<ImageRequest, 'name' | 'platform'>,
  recipes: readonly ImageRecipe[],
  extra: ImageUse['packages'],
): ImageRequest {
  const own = recipes.flatMap((recipe) => recipe.packages[platform] ?? []);
  const all: PackageRequest[] = [
    ...own.map((one) => ({
      name: one.name,
      askedBy: `${one.place.file}:${one.place.line}`,
      place: one.place,
    })),
    ...extra,
  ];
  const packages = all.filter((one, index) => all.findIndex((other) => other.name === one.name) === index);
  const requested = new Set(packages.map((one) => one.name));
  const absent = recipes
    .flatMap((recipe) => recipe.absent[platform] ?? [])
    .filter((one) => !requested.has(one));
  return { name, platform, packages, absent: [...new Set(absent)].sort() };
}

function platformProblems(spec: ImageSpec): Diagnostic[] {
  return [...spec.bases, spec.recipe]
    .filter((recipe) => recipe.packages[spec.platform] === undefined || !findDistribution(spec.platform))
    .map((recipe) =>
      lockRules.platformUnknown.at(undefined, {
        platform: spec.platform,
        image: recipe.name,
        known: Object.keys(recipe.packages).sort().join(', '),
      }),
    );
}

function nameProblems({ name: image, packages }: ImageRequest): Diagnostic[] {
  return packages
    .filter((one) => !PACKAGE_NAME.test(one.name))
    .map(({ name, askedBy, place }) => lockRules.badPackageName.at(place, { name, image, askedBy }));
}
