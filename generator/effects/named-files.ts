import { resolve } from 'node:path';
import { rule } from '../diagnostics/rule.ts';
import type { Diagnostic, Result } from '../model/diagnostic.ts';
import { conclude } from '../model/diagnostic.ts';
import { readIfExists } from './files.ts';

const notText = rule<{ path: string }>('file/not-text', {
  severity: 'error',
  message: ({ path }) => `${path} is not UTF-8 text`,
});

/**
 * Texts of files by their name in the inventory. They are searched in `files/` beside the inventory, as in Pigsty, then
 * beside it. Files that do not exist are left out. Diagnostics: file/not-text. Throws other file system errors.
 */
export function readNamedFiles(
  names: readonly string[],
  directory: string,
): Result<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  const diagnostics: Diagnostic[] = [];
  for (const name of names) {
    for (const path of [resolve(directory, 'files', name), resolve(directory, name)]) {
      const bytes = readIfExists(path);
      if (!bytes) continue;
      const text = decode(bytes);
      if (text === undefined) diagnostics.push(notText.at(undefined, { path }));
      else texts.set(name, text);
      break;
    }
  }
  return conclude(texts, diagnostics);
}

function decode(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
