import { isBuilt } from '../model/module.ts';
import type { Parameter } from '../model/parameter.ts';
import { PENDING, WITHOUT_EFFECT } from '../model/parameter.ts';
import type { Vocabulary } from '../stages/resolve.ts';
import { modules } from './index.ts';
import { laterWithoutEffect } from './later-names.ts';
import { parameterAliases, parameterByName } from './parameters.ts';
import { AbsolutePath, SystemUser, UserId } from './schemas.ts';
import { undocumentedNames } from './undocumented.ts';

const NAMES_ON_HOST: readonly unknown[] = [AbsolutePath, SystemUser, UserId];

/** Parameters that name accounts and paths on a host. */
export const hostNames: readonly string[] = [...parameterByName.values()]
  .filter(({ row }) => NAMES_ON_HOST.includes(row.schema))
  .map(({ row }) => row.name);

function hasNoReader({ note = '' }: Parameter): boolean {
  return note === PENDING || note.startsWith(WITHOUT_EFFECT);
}

/** Every name that an inventory may contain. */
export const vocabulary: Vocabulary = {
  rows: new Map([...parameterByName].map(([name, { row }]) => [name, row])),
  aliases: parameterAliases,
  ignored: new Map([...undocumentedNames.map((name) => [name, undefined] as const), ...laterWithoutEffect]),
  idle: new Set(
    modules.flatMap((module) =>
      module.parameters.rows.filter((row) => !isBuilt(module) || hasNoReader(row)).map(({ name }) => name),
    ),
  ),
};
