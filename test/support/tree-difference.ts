import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describeFailure, run } from './process.ts';

/**
 * The differences between the trees `actual` and `expected`: files that are in one of them only, files that are
 * executable in one of them only, then the unified diff of the others (diff(1)). Empty if they are equal.
 */
export async function treeDifference(expected: string, actual: string): Promise<string> {
  const wanted = listFiles(expected);
  const found = listFiles(actual);
  const lines = [
    ...only(wanted, found).map((path) => `no longer comes out: ${path}`),
    ...only(found, wanted).map((path) => `comes out and is not expected: ${path}`),
  ];
  const both = [...wanted.keys()].filter((path) => found.has(path));
  for (const path of both) {
    if (wanted.get(path) !== found.get(path))
      lines.push(`${found.get(path) ? 'now' : 'no longer'} executable: ${path}`);
    const diff = await unifiedDiff(join(expected, path), join(actual, path), path);
    if (diff !== '') lines.push(diff);
  }
  return lines.join('\n');
}

/** Every file below a directory, sorted, and whether it is executable: what git keeps of a mode. */
function listFiles(directory: string): ReadonlyMap<string, boolean> {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return new Map(files.map((file) => [relative(directory, file), (statSync(file).mode & 0o100) !== 0]));
}

function only(these: ReadonlyMap<string, boolean>, others: ReadonlyMap<string, boolean>): string[] {
  return [...these.keys()].filter((path) => !others.has(path));
}

async function unifiedDiff(expected: string, actual: string, name: string): Promise<string> {
  const labels = ['--label', `expected/${name}`, '--label', `actual/${name}`];
  const result = await run('diff', ['-u', ...labels, '--', expected, actual]);
  if (result.code > 1) throw new Error(describeFailure('diff', result));
  return result.stdout;
}
