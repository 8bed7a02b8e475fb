import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import * as z from 'zod';
import { rule } from '../diagnostics/rule.ts';
import { distributions } from '../distributions/index.ts';
import { conclude, type Diagnostic, type Result } from '../model/diagnostic.ts';
import type { ImageRecipe } from '../model/image.ts';
import type { Place } from '../model/origin.ts';

const badRecipe = rule<{ problem: string }>('image/bad-recipe', {
  severity: 'error',
  message: ({ problem }) => `invalid image recipe: ${problem}`,
});

const absolutePath = z.string().regex(/^(\/[^/\s]+)+$/, 'an absolute path without a trailing slash');
const relativePath = z.string().regex(/^[^/\s]+(\/[^/\s]+)*$/, 'a path without leading or trailing slash');
const accountName = z.string().regex(/^[a-z_][a-z0-9_-]*$/);
const systemId = z.int().min(1).max(999);
const packageEntry = z.union([
  z.string(),
  z.strictObject({ name: z.string(), only: z.array(relativePath).min(1) }),
  z.strictObject({ name: z.string(), without: z.array(relativePath).min(1), unless: z.string() }),
]);

const families = [...new Set(distributions.map(({ family }) => family))];
const release = z.enum([...families, ...distributions.map(({ name }) => name)]);

/** A file of images/; the comment at the head of images/base.yml describes the format. */
const recipeSchema = z.strictObject({
  title: z.string().min(1),
  base: z.string().optional(),
  packages: z.partialRecord(release, z.array(packageEntry).min(1)),
  absent: z.partialRecord(release, z.array(z.string())).default({}),
  users: z
    .array(
      z.strictObject({
        name: accountName,
        uid: systemId,
        gid: systemId,
        home: absolutePath,
        shell: absolutePath,
      }),
    )
    .default([]),
  directories: z
    .array(
      z.strictObject({
        path: absolutePath,
        mode: z.int().min(0).max(0o7777),
        owner: accountName.default('root'),
      }),
    )
    .default([]),
  links: z.array(z.strictObject({ path: absolutePath, target: z.string().min(1) })).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  user: z.string().default(''),
  entrypoint: z.array(z.string()).default([]),
  command: z.array(z.string()).default([]),
  provides: z.array(absolutePath).default([]),
});

/**
 * The recipes of a folder by name, which is the file's name without `.yml`. Files are named `images/<name>.yml` in
 * diagnostics and locks, wherever the folder is. Diagnostics: image/bad-recipe.
 */
export async function loadRecipes(directory: string): Promise<Result<ReadonlyMap<string, ImageRecipe>>> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.yml')).sort();
  const recipes = new Map<string, ImageRecipe>();
  const diagnostics: Diagnostic[] = [];
  for (const name of names) {
    const text = await readFile(join(directory, name), 'utf8');
    const result = parseRecipe(text, `images/${name}`);
    diagnostics.push(...result.diagnostics);
    if (result.ok) recipes.set(result.value.name, result.value);
  }
  return conclude(recipes, diagnostics);
}

/** One recipe from its text. Diagnostics: image/bad-recipe. */
export function parseRecipe(text: string, file: string): Result<ImageRecipe> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const placeOf = (path: readonly PropertyKey[]) => nodePlace(document.contents, path, file, lines);
  const [syntaxError] = document.errors;
  if (syntaxError) return failed(placeOf([]), syntaxError.message.split('\n')[0] ?? '');
  const parsed = recipeSchema.safeParse(document.toJS());
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) =>
      badRecipe.at(placeOf(issue.path), { problem: `${issue.path.join('.')}: ${issue.message}` }),
    );
    return { ok: false, diagnostics: problems };
  }
  const { base, packages: written, absent, ...rest } = parsed.data;
  const packages = byPlatform(written, (entry, path) => {
    const place = placeOf(['packages', ...path]);
    return typeof entry === 'string' ? { name: entry, place } : { ...entry, place };
  });
  const name = basename(file, '.yml');
  const lists = { packages, absent: byPlatform(absent, (entry) => entry) };
  return conclude({ name, file, ...(base !== undefined && { base }), ...lists, ...rest }, []);
}

/** The list of each release: its family's, then its own. */
function byPlatform<T, R>(
  lists: Readonly<Partial<Record<z.infer<typeof release>, readonly T[]>>>,
  read: (entry: T, path: readonly [string, number]) => R,
): Record<string, R[]> {
  const own = distributions.flatMap(({ family, name }) => {
    const keys = ([family, name] as const).filter((key) => lists[key] !== undefined);
    const list = keys.flatMap((key) => (lists[key] ?? []).map((entry, index) => read(entry, [key, index])));
    return keys.length > 0 ? [[name, list] as const] : [];
  });
  return Object.fromEntries(own);
}

function failed(place: Place, problem: string): Result<never> {
  return { ok: false, diagnostics: [badRecipe.at(place, { problem })] };
}

/** The place of the node at `path`, or of its nearest existing parent. */
function nodePlace(root: Node | null, path: readonly PropertyKey[], file: string, lines: LineCounter): Place {
  let node: unknown = root;
  let best: Node | null = root;
  for (const key of path) {
    if (typeof node !== 'object' || node === null || !('get' in node) || typeof node.get !== 'function')
      break;
    node = node.get(key, true);
    if (isScalar(node) || isMap(node)) best = node;
  }
  const [start, end] = best?.range ?? [0, 1];
  const { line, col } = lines.linePos(start);
  const length = isScalar(best) ? end - start : 1;
  return { file, line: Math.max(line, 1), column: Math.max(col, 1), length: Math.max(length, 1) };
}
