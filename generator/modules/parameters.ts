import { Unreachable } from '../model/brand.ts';
import type { Parameter, ParameterTable } from '../model/parameter.ts';
import { modules } from './index.ts';
import { laterAliases } from './later-names.ts';

export const parameterTables: readonly ParameterTable[] = modules.map(({ parameters }) => parameters);

type Entry = { readonly module: string; readonly row: Parameter };

const entries = parameterTables.flatMap(({ module, rows }) => rows.map((row): Entry => ({ module, row })));

/** Every parameter by its name. */
export const parameterByName: ReadonlyMap<string, Entry> = uniqueMap(
  entries.map((entry) => [entry.row.name, entry]),
);

/** Aliases of a parameter -> its name. */
export const parameterAliases: ReadonlyMap<string, string> = uniqueMap(
  [
    ...entries.flatMap(({ row }) => (row.aliases ?? []).map((alias) => [alias, row.name] as const)),
    ...laterAliases,
  ],
  parameterByName,
);

/** Throws only on a bug: a duplicate key, or a key of `taken`. */
export function uniqueMap<T>(
  pairs: readonly (readonly [string, T])[],
  taken: ReadonlyMap<string, unknown> = new Map(),
): ReadonlyMap<string, T> {
  const map = new Map<string, T>();
  for (const [key, value] of pairs) {
    if (map.has(key) || taken.has(key)) throw new Unreachable(`two parameters are called ${key}`);
    map.set(key, value);
  }
  return map;
}
