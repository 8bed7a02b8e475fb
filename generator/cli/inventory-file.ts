import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { rule } from '../diagnostics/rule.ts';
import { isErrno, readUpTo } from '../effects/files.ts';
import type { Result } from '../model/diagnostic.ts';
import { succeed } from '../model/diagnostic.ts';

const rules = {
  noInventory: rule<{ searched: readonly string[] }>('cli/no-inventory', {
    severity: 'error',
    message: () => 'inventory not found',
    help: ({ searched }) =>
      `searched: ${searched.join(', ')}. Give a file (pigsty build FILE; explain, reissue: -i FILE), set PIGSTY_INVENTORY, or start with pigsty init`,
  }),
  notFound: rule<{ file: string; isFromVariable: boolean }>('cli/inventory-not-found', {
    severity: 'error',
    message: ({ file }) => `inventory ${file} not found`,
    help: ({ isFromVariable }) =>
      isFromVariable
        ? 'the name comes from PIGSTY_INVENTORY'
        : 'name a file that exists, or create one with `pigsty init`',
  }),
  name: rule<{ file: string }>('cli/inventory-name', {
    severity: 'error',
    message: ({ file }) => `the name of ${file} cannot be the name of a site`,
    help: () => 'rename it: letters, digits, `.`, `_` and `-`, a letter or digit first, at most 100',
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

/** A site of 1000 hosts has 1 MiB. */
const MAX_BYTES = 16 * 2 ** 20;

/** The text of the inventory. Diagnostics: cli/inventory-unreadable. */
export async function readInventory(file: string): Promise<Result<string>> {
  const unreadable = (reason: string): Result<string> => ({
    ok: false,
    diagnostics: [rules.unreadable.at(undefined, { file, reason })],
  });
  try {
    const bytes = await readUpTo(file, MAX_BYTES);
    if (!bytes) return unreadable(`it is longer than ${MAX_BYTES / 2 ** 20} MiB`);
    return succeed(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    if (cause instanceof TypeError) return unreadable('it is not UTF-8 text');
    if (isErrno(cause, 'EACCES')) return unreadable('permission denied');
    if (isErrno(cause, 'EISDIR')) return unreadable('it is a directory; give the file in it');
    throw cause;
  }
}

const SITE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** The name of the site, which its directories and lines of manifests have: `prod` for prod.yml. Diagnostics: cli/inventory-name. */
export function siteNameOf(file: string): Result<string> {
  const name = basename(file).replace(/\.ya?ml$/, '');
  return SITE_NAME.test(name)
    ? succeed(name)
    : {
        ok: false,
        diagnostics: [rules.name.at(undefined, { file: file.replaceAll(/\p{Cc}/gu, '\u{fffd}') })],
      };
}

function searchPath(directory: string): string[] {
  const files: string[] = [];
  for (let here = directory; ; here = dirname(here)) {
    files.push(join(here, 'pigsty.yml'));
    if (existsSync(join(here, '.git')) || here === dirname(here)) return files;
  }
}
