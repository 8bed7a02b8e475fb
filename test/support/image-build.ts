/**
 * A program for tests that need a build in a process of its own: `node image-build.js <recipes> <lock> <blobs>
 * <cache> [<image>…]` prints the built images as JSON; all of them if none is named. Its caller bundles it.
 */

import { silent } from '../../generator/effects/progress.ts';
import { loadRecipes } from '../../generator/effects/recipes.ts';
import { buildImages } from '../../generator/emit/images.ts';
import { readLock } from '../../generator/lock/lock-file.ts';
import { imageRequests } from '../../generator/lock/requests.ts';
import type { Result } from '../../generator/model/diagnostic.ts';
import { USES } from './image-uses.ts';

const [recipeDirectory = '', lockFile = '', blobs = '', cache = '', ...names] = process.argv.slice(2);

async function main(): Promise<void> {
  const recipes = must(await loadRecipes(recipeDirectory));
  const { specs } = must(
    imageRequests(
      USES.filter(({ name }) => names.length === 0 || names.includes(name)),
      recipes,
    ),
  );
  const lock = must(await readLock(lockFile));
  if (!lock) throw new Error(`no lock ${lockFile}`);
  const result = await buildImages(specs, lock, { blobs, cache, progress: silent });
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return result.value;
}

void main();
