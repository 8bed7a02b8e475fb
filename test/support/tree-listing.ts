import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** `path sha256` of every file below a directory, sorted. */
export function listing(directory: string): string[] {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return files
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => `${relative(directory, file)} ${sha256(file)}`)
    .sort();
}

/** The first line in which two sorted listings differ. */
export function firstDifference(a: readonly string[], b: readonly string[]): string | undefined {
  const index = a.findIndex((line, position) => line !== b[position]);
  return index >= 0 ? `${a[index]} / ${b[index]}` : b[a.length];
}

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
