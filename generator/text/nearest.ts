import { closest, distance } from 'fastest-levenshtein';

/** No name of this product is longer: comparing takes as many steps as both have letters. */
const LONGEST = 64;

/** The most similar of `names`; undefined if more than a third of the letters differ. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  if (names.length === 0 || name.length > LONGEST) return undefined;
  const nearest = closest(name, names);
  return distance(nearest, name) * 3 <= name.length ? nearest : undefined;
}
