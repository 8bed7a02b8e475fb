import type { Value } from '../model/inventory.ts';
import type { Parameter } from '../model/parameter.ts';
import type { Site } from '../model/site.ts';
import { vocabulary } from '../modules/vocabulary.ts';

/** The site as JSON for reading: every host with its parameters, without secrets. */
export function sitePrintout(site: Site): object {
  return {
    apiVersion: 'pigsty.io/v1',
    kind: 'Site',
    name: site.name,
    hosts: site.hosts.map(({ ip, groups, parameters }) => ({
      ip,
      groups,
      parameters: withoutSecrets(parameters.values),
    })),
  };
}

function withoutSecrets(values: Readonly<Record<string, Value>>): Record<string, Value> {
  const shown: Record<string, Value> = {};
  for (const [name, row] of [...vocabulary.rows].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const value = values[name];
    if (value !== undefined) shown[name] = hide(row, value);
  }
  return shown;
}

/** The value with secrets replaced by `<secret>`. */
export function hide(row: Parameter, value: Value): Value {
  if (row.secret) return '<secret>';
  if (row.secretValues) return hideValues(value);
  return row.secretKeys ? hideKeys(value, new Set(row.secretKeys)) : value;
}

function hideValues(value: Value): Value {
  if (Array.isArray(value)) return value.map(hideValues);
  if (typeof value !== 'object' || value === null) return '<secret>';
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hideValues(item)]));
}

function hideKeys(value: Value, keys: ReadonlySet<string>): Value {
  if (Array.isArray(value)) return value.map((item: Value) => hideKeys(item, keys));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [
    key,
    keys.has(key) ? '<secret>' : hideKeys(item, keys),
  ]);
  return Object.fromEntries(entries);
}
