/**
 * The value of a key that comes from an inventory. Undefined for a name that every object has, such as `constructor` or
 * `toString`.
 */
export function ownValue<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
