import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { rule } from '../diagnostics/rule.ts';
import { isErrno } from '../effects/files.ts';
import type { Result } from '../model/diagnostic.ts';
import { succeed } from '../model/diagnostic.ts';

const rules = {
  none: rule<{ looked: readonly string[] }>('cli/no-inventory', {
    severity: 'error',
    message: () => 'there is no inventory',
    help: ({ looked }) =>
      `looked for ${looked.join(', ')}; name one (pigsty build FILE), set PIGSTY_INVENTORY, or start from blueprints/meta.yml`,
  }),
  absent: rule<{ file: string; isNamedByVariable: boolean }>('cli/inventory-not-found', {
    severity: 'error',
    message: ({ file }) => `inventory ${file} does not exist`,
    help: ({ isNamedByVariable }) => (isNamedByVariable ? 'PIGSTY_INVENTORY names it' : undefined),
  }),
  unreadable: rule<{ file: string; reason: string }>('cli/inventory-unreadable', {
    severity: 'error',
    message: ({ file, reason }) => `inventory ${file} cannot be read: ${reason}`,
  }),
};

/**
 * Which inventory is meant: the one named, $PIGSTY_INVENTORY, ./pigsty.yml, or pigsty.yml in a directory above, up to
 * the root of a version-controlled tree.
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
      : { ok: false, diagnostics: [rules.absent.at(undefined, { file: given, isNamedByVariable: !named })] };
  }
  const candidates = searchPath(directory);
  const found = candidates.find((file) => existsSync(file));
  return found
    ? succeed(found)
    : { ok: false, diagnostics: [rules.none.at(undefined, { looked: candidates })] };
}

/** The text of the inventory. Diagnostics: cli/inventory-unreadable. */
export async function readInventory(file: string): Promise<Result<string>> {
  const refuse = (reason: string): Result<string> => ({
    ok: false,
    diagnostics: [rules.unreadable.at(undefined, { file, reason })],
  });
  try {
    return succeed(new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file)));
  } catch (cause) {
    if (cause instanceof TypeError) return refuse('it is not text in UTF-8');
    if (isErrno(cause, 'EACCES')) return refuse('permission denied');
    if (isErrno(cause, 'EISDIR')) return refuse('it is a directory; name the file in it');
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
