import { inventorySchema } from './inventory-schema.ts';
import { parameterByName } from './parameters.ts';
import { plainSettings } from './pgsql/server/settings.ts';

let known: ReadonlySet<string> | undefined;

/** The keys of an inventory whose values messages may show: all that the product knows, without those of secrets. */
export function shownKeys(): ReadonlySet<string> {
  known ??= findKeys();
  return known;
}

function findKeys(): ReadonlySet<string> {
  const keys = new Set(['children', 'hosts', ...plainSettings()]);
  collect(inventorySchema(), keys);
  for (const { row } of parameterByName.values()) {
    if (row.secret) keys.delete(row.name);
    for (const key of row.secretKeys ?? []) keys.delete(key);
  }
  return keys;
}

/** The names of all properties in a JSON Schema. */
function collect(schema: unknown, keys: Set<string>): void {
  if (typeof schema !== 'object' || schema === null) return;
  for (const [name, part] of Object.entries(schema)) {
    if (name === 'properties') for (const key of Object.keys(part)) keys.add(key);
    collect(part, keys);
  }
}
