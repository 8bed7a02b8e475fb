import type { Vocabulary } from '../stages/resolve.ts';
import { parameterAliases, parameterByName } from './parameters.ts';
import { AbsolutePath, SystemUser, UserId } from './schemas.ts';
import { undocumentedNames } from './undocumented.ts';

const NAMES_ON_HOST: readonly unknown[] = [AbsolutePath, SystemUser, UserId];

/** Parameters that name accounts and paths on a host. */
export const hostNames: readonly string[] = [...parameterByName.values()]
  .filter(({ row }) => NAMES_ON_HOST.includes(row.schema))
  .map(({ row }) => row.name);

/** Every name that an inventory may contain. */
export const vocabulary: Vocabulary = {
  rows: new Map([...parameterByName].map(([name, { row }]) => [name, row])),
  aliases: parameterAliases,
  ignored: new Set(undocumentedNames),
};
