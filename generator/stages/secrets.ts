import type { Value } from '../model/inventory.ts';
import { isBuilt, type Module } from '../model/module.ts';
import type { Path } from '../model/origin.ts';
import { type Parameter, PENDING } from '../model/parameter.ts';
import { type Secret, type Secrets, secretNamePart } from '../model/secret.ts';
import type { Site, SiteHost } from '../model/site.ts';

/**
 * The secrets of one host, from all built modules on it. The parameter tables define them: a row with `secret` gives one
 * secret with its own name, a row with `secretKeys` gives one for each such key: `pg_users.dbuser_meta.password`.
 */
export function hostSecrets(host: SiteHost, modules: readonly Module[]): Secrets {
  return new Map(
    secretRowsOf(host, modules).flatMap((row) => secretsOfRow(row, host.parameters.values[row.name])),
  );
}

/** A secret with its name and a host that has it. */
export type HostSecret = { readonly host: SiteHost; readonly name: string; readonly secret: Secret };

/** The secrets of all hosts. Values that hosts share are read once, for the first of them. */
export function* siteSecrets(site: Site, modules: readonly Module[]): Generator<HostSecret> {
  const seen = new Map<Parameter, Set<Value>>();
  for (const host of site.hosts) {
    for (const row of secretRowsOf(host, modules)) {
      const value = host.parameters.values[row.name];
      if (value === undefined) continue;
      const values = seen.get(row) ?? new Set();
      seen.set(row, values);
      if (values.has(value)) continue;
      values.add(value);
      for (const [name, secret] of secretsOfRow(row, value)) yield { host, name, secret };
    }
  }
}

function secretRowsOf(host: SiteHost, modules: readonly Module[]): readonly Parameter[] {
  return modules.flatMap((module) => {
    if (!isBuilt(module) || !module.isOn(host)) return [];
    return secretRows(module).filter(({ name }) => module.readsSecret?.(host, name) ?? true);
  });
}

const rowsOfModule = new WeakMap<Module, readonly Parameter[]>();

/** Not those that nothing reads yet: they reach no host. */
function secretRows(module: Module): readonly Parameter[] {
  const known = rowsOfModule.get(module);
  if (known) return known;
  const rows = module.parameters.rows.filter(
    ({ secret, secretKeys, secretValues, note }) =>
      (secret || secretKeys || secretValues) && note !== PENDING,
  );
  rowsOfModule.set(module, rows);
  return rows;
}

type Named = readonly [name: string, secret: Secret];

/** Cache: most hosts share a value, so it is searched once for each row. */
const secretsOfValue = new WeakMap<Parameter, WeakMap<object, readonly Named[]>>();

function secretsOfRow(row: Parameter, value: Value | undefined): readonly Named[] {
  const { name, secret, secretKeys = [], secretValues } = row;
  if (value === undefined) return [];
  if (secret) return [[name, { text: String(value), parameter: name, path: [] }]];
  if (typeof value !== 'object' || value === null) return [];
  const known = secretsOfValue.get(row) ?? new WeakMap<object, readonly Named[]>();
  const keys = secretValues ? ALL : new Set(secretKeys);
  const found = known.get(value) ?? [...secretsIn(value, name, keys)];
  secretsOfValue.set(row, known.set(value, found));
  return found;
}

const ALL = { has: () => true };

function* secretsIn(value: object, parameter: string, keys: { has(key: string): boolean }): Generator<Named> {
  const search = function* (inside: object, names: readonly string[], path: Path): Generator<Named> {
    for (const [key, item] of Object.entries(inside)) {
      const step = Array.isArray(inside) ? Number(key) : key;
      const name = secretNamePart(inside, key, item);
      if (typeof item === 'object' && item !== null) yield* search(item, [...names, name], [...path, step]);
      else if (keys.has(key) && item !== undefined) {
        yield [[...names, name].join('.'), { text: String(item), parameter, path: [...path, step] }];
      }
    }
  };
  yield* search(value, [parameter], []);
}
