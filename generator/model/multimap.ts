/** Adds values to the list of a key. */
export function append<K, V>(map: Map<K, V[]>, key: K, ...values: readonly V[]): void {
  const known = map.get(key);
  if (known) for (const value of values) known.push(value);
  else map.set(key, [...values]);
}
