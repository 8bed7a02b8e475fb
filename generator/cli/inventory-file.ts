import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { rule } from '../diagnostics/rule.ts';
import { isErrno } from '../effects/files.ts';
import type { Result } from '../model/diagnostic.ts';
import { succeed } from '../model/diagnostic.ts';

const rules = {
  noInventory: rule<{ searched: readonly string[] }>('cli/no-inventory', {
    severity: 'error',
    message: () => 'inventory not found',
    help: ({ searched }) =>
      `searched: ${searched.join(', ')}. Give a file (pigsty build FILE), set PIGSTY_INVENTORY, or start with pigsty init`,
  }),
  notFound: rule<{ file: string; isFromVariable: boolean }>('cli/inventory-not-found', {
    severity: 'error',
    message: ({ file }) => `inventory ${file} not found`,
    help: ({ isFromVariable }) => (isFromVariable ? 'the name comes from PIGSTY_INVENTORY' : undefined),
  }),
  unreadable: rule<{ file: string; reason: string }>('cli/inventory-unreadable', {
    severity: 'error',
    message: ({ file, reason }) => `inventory ${file} cannot be read: ${reason}`,
  }),
};

/**
 * The inventory to read: `named`, $PIGSTY_INVENTORY, ./pigsty.yml, or pigsty.yml in a parent directory, up to the root
 * of a Git repository.
 */
export function findInventory(
  named: string | undefined,
  directory: string,
  environment: NodeJS.ProcessEnv,
): Result<string> {
  const given = named ?? environment.PIGSTY_INVENTORY;
  if (given) {
    return existsSync(resolve(directory, given))
      ? succeed(given)
      : { ok: false, diagnostics: [rules.notFound.at(undefined, { file: given, isFromVariable: !named })] };
  }
  const candidates = searchPath(directory);
  const found = candidates.find((file) => existsSync(file));
  return found
    ? succeed(found)
    : { ok: false, diagnostics: [rules.noInventory.at(undefined, { searched: candidates })] };
}

/** The text of the inventory. Diagnostics: cli/inventory-unreadable. */
export async function readInventory(file: string): Promise<Result<string>> {
  const unreadable = (reason: string): Result<string> => ({
    ok: false,
    diagnostics: [rules.unreadable.at(undefined, { file, reason })],
  });
  try {
    return succeed(new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file)));
  } catch (cause) {
    if (cause instanceof TypeError) return unreadable('it is not UTF-8 text');
    if (isErrno(cause, 'EACCES')) return unreadable('permission denied');
    if (isErrno(cause, 'EISDIR')) return unreadable('it is a directory; give the file in it');
    throw cause;
  }
}

function searchPath(directory: string): string[] {
  const files: string[] = [];
  for (let here = directory; ; here = dirname(here)) {
    files.push(join(here, 'pigsty.yml'));
    if (existsSync(join(here, '.git')) || here === dirname(here)) return files;
  }
}
