import type { Platform } from '../../generator/distributions/distribution.ts';
import { silent } from '../../generator/effects/progress.ts';
import { loadRecipes } from '../../generator/effects/recipes.ts';
import { buildImages } from '../../generator/emit/images.ts';
import { fetchPackages } from '../../generator/lock/fetch.ts';
import { imageRequests } from '../../generator/lock/requests.ts';
import { resolveLock } from '../../generator/lock/resolve.ts';
import type { Diagnostic } from '../../generator/model/diagnostic.ts';
import type { Lock } from '../../generator/model/lock.ts';
import type { ImageNeed } from '../../generator/model/plan.ts';
import { startArchive, type TestArchive } from './archive.ts';
import { printAll, type Scene } from './bad-case.ts';
import type { PackageRecipe } from './packages.ts';
import { removeTree } from './process.ts';

/** The platform that the recipes of cases name; its packages come from the case's own archive. */
const PLATFORM = 'debian13';

type Steps = {
  /** Files that the image is needed for. */
  readonly needs?: readonly ImageNeed[];
  readonly packages: readonly PackageRecipe[];
  /** Changes each package before it is published. */
  readonly change?: (file: string) => void;
  readonly beforeFetch?: (archive: TestArchive) => void | Promise<void>;
  readonly beforeBuild?: (lock: Lock) => void;
  /** Gets a function that builds again into the same directory, with the same cache. */
  readonly afterBuild?: (again: () => Promise<readonly Diagnostic[]>) => Promise<void>;
};

/** Locks, fetches and builds the image of `images/sample.yml` in the case's folder; returns the diagnostics of the first failing step. */
export async function buildSample(scene: Scene, steps: Steps): Promise<string> {
  const archive = await startArchive(scene.path('archive'));
  try {
    archive.publish(steps.packages, steps.change);
    return printAll(await firstFailure(scene, archive, steps));
  } finally {
    await archive.close();
    removeTree(archive.directory);
  }
}

async function firstFailure(
  scene: Scene,
  archive: TestArchive,
  steps: Steps,
): Promise<readonly Diagnostic[]> {
  const recipes = await loadRecipes(scene.path('images'));
  if (!recipes.ok) return recipes.diagnostics;
  const needs = steps.needs ?? [];
  const use = { name: 'sample', recipe: 'sample', platform: PLATFORM, arguments: {}, packages: [], needs };
  const work = imageRequests([use], recipes.value);
  if (!work.ok) return work.diagnostics;
  const options = optionsFor(scene, archive);
  const lock = await resolveLock(work.value.requests, options);
  if (!lock.ok) return lock.diagnostics;
  await steps.beforeFetch?.(archive);
  const fetched = await fetchPackages(lock.value, undefined, options);
  if (!fetched.ok) return fetched.diagnostics;
  steps.beforeBuild?.(lock.value);
  const build = () => buildImages(work.value.specs, lock.value, { ...options, blobs: scene.path('blobs') });
  const built = await build();
  await steps.afterBuild?.(async () => (await build()).diagnostics);
  return built.diagnostics;
}

function optionsFor(scene: Scene, { address, platform }: TestArchive) {
  const named: Platform = { ...platform, name: PLATFORM };
  const environment = {
    ...process.env,
    PIGSTY_MIRROR_DEBIAN: address,
    http_proxy: '',
    no_proxy: '127.0.0.1',
  };
  return {
    cache: scene.path('cache'),
    environment,
    platforms: new Map([[PLATFORM, named]]),
    progress: silent,
  };
}
