import { readdirSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { joinAgent } from '../text/agent-script.ts';
import type { Assets, Templates } from '../text/template.ts';

/** The product's own directory, with package.json, images/, units/ and blueprints/. */
export const packageRoot = findRoot(import.meta.dirname);

/** The bundle runs from dist/, the sources from generator/effects/. */
function findRoot(directory: string): string {
  return directory.endsWith('dist') ? dirname(directory) : dirname(dirname(directory));
}

/** All templates of units/, by path below it; the files of the agent are joined to one script. */
export async function loadTemplates(): Promise<Templates> {
  return joinAgent(await readTexts(join(packageRoot, 'units')));
}

/** The finished files of dist/console/, by path below it. `npm run build` makes them. */
export function loadAssets(): Promise<Assets> {
  return readTexts(join(packageRoot, 'dist', 'console'));
}

async function readTexts(root: string): Promise<ReadonlyMap<string, string>> {
  const found = await readdir(root, { recursive: true, withFileTypes: true });
  const files = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  return new Map(files.map((file, index) => [relative(root, file), texts[index] ?? '']));
}

/** The blueprints that `pigsty init` knows, sorted. */
export function blueprintNames(): readonly string[] {
  const files = readdirSync(join(packageRoot, 'blueprints'));
  return files.flatMap((file) => /^(.*)\.yml$/.exec(file)?.[1] ?? []).sort();
}
