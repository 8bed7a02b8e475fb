import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { rule } from '../diagnostics/rule.ts';
import type { Diagnostic, Result } from '../model/diagnostic.ts';
import { conclude } from '../model/diagnostic.ts';
import { isErrno } from './files.ts';

const rules = {
  notText: rule<{ path: string }>('file/not-text', {
    severity: 'error',
    message: ({ path }) => `${path} is not UTF-8 text`,
  }),
  outside: rule<{ name: string; directory: string }>('file/outside', {
    severity: 'error',
    message: ({ name, directory }) => `file ${name} is not in ${directory}`,
    help: () =>
      'copy it there: an inventory reads no files outside of its own directory, also not through links',
  }),
  notRegular: rule<{ path: string }>('file/not-a-file', {
    severity: 'error',
    message: ({ path }) => `${path} is not a regular file`,
  }),
  tooLarge: rule<{ path: string }>('file/too-large', {
    severity: 'error',
    message: ({ path }) => `${path} is larger than ${MAX_BYTES / 2 ** 20} MiB`,
    help: () => 'load large data after the site runs, with psql or pg_restore',
  }),
};

const MAX_BYTES = 16 * 2 ** 20;

/**
 * Texts of files by their name in the inventory. They are searched in `files/` beside the inventory, as in Pigsty, then
 * beside it. Files that do not exist are left out. Diagnostics: file/*. Throws other file system errors.
 */
export function readNamedFiles(
  names: readonly string[],
  directory: string,
): Result<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  const diagnostics: Diagnostic[] = [];
  for (const name of names) {
    const found = findFile(name, directory);
    if (found === undefined) continue;
    const read = readText(found, name, directory);
    if (typeof read === 'string') texts.set(name, read);
    else diagnostics.push(read);
  }
  return conclude(texts, diagnostics);
}

/** The real path of the first candidate that exists. */
function findFile(name: string, directory: string): string | undefined {
  for (const path of [resolve(directory, 'files', name), resolve(directory, name)]) {
    try {
      return realpathSync(path);
    } catch (cause) {
      if (!isErrno(cause, 'ENOENT') && !isErrno(cause, 'ENOTDIR')) throw cause;
    }
  }
  return undefined;
}

function readText(path: string, name: string, directory: string): string | Diagnostic {
  const home = realpathSync(directory);
  if (!path.startsWith(home === sep ? sep : home + sep))
    return rules.outside.at(undefined, { name, directory });
  // Without O_NONBLOCK, opening a FIFO waits for ever.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  try {
    const found = fstatSync(file);
    if (!found.isFile()) return rules.notRegular.at(undefined, { path });
    if (found.size > MAX_BYTES) return rules.tooLarge.at(undefined, { path });
    return decode(readFileSync(file)) ?? rules.notText.at(undefined, { path });
  } finally {
    closeSync(file);
  }
}

function decode(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
