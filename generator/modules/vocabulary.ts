import type { Vocabulary } from '../stages/resolve.ts';
import { parameterAliases, parameterByName } from './parameters.ts';
import { undocumentedNames } from './undocumented.ts';

/** Every name that an inventory may hold. */
export const vocabulary: Vocabulary = {
  rows: new Map([...parameterByName].map(([name, { row }]) => [name, row])),
  aliases: parameterAliases,
  ignored: new Set(undocumentedNames),
};
