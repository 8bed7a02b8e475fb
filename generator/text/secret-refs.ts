import type { Value } from '../model/inventory.ts';
import type { PlanData } from '../model/plan.ts';
import { secretNamePart } from '../model/secret.ts';

/** The value of a parameter for a plan: a reference in the place of each secret that its row names with `secretKeys`. */
export function withSecretRefs(value: Value, parameter: string, keys: ReadonlySet<string>): PlanData {
  if (typeof value !== 'object' || value === null) return value;
  const fill = (key: string, item: Value): PlanData => {
    const name = `${parameter}.${secretNamePart(value, key, item)}`;
    if (typeof item === 'object' && item !== null) return withSecretRefs(item, name, keys);
    return keys.has(key) ? { $secret: name, as: 'plain' } : item;
  };
  if (Array.isArray(value)) return value.map((item: Value, index) => fill(String(index), item));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(key, item)]));
}
