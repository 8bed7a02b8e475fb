import { closest, distance } from 'fastest-levenshtein';

/** No name of this product is longer: comparing takes as many steps as both have letters. */
const LONGEST = 64;

/** The most similar of `names`; undefined if more than a third of the letters differ. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  if (names.length === 0 || name.length > LONGEST) return undefined;
  const nearest = closest(name, names);
  return distance(nearest, name) * 3 <= name.length ? nearest : undefined;
}

/**
 * Whether one name is another one with slips of the keyboard: in a word, a letter too many, missing, wrong, or exchanged
 * with the next. A number at the end makes a name of its own, and so does another word.
 */
export function isSlipOf(name: string, other: string): boolean {
  if (name.length > LONGEST || name.replace(/_?\d+$/, '') === other) return false;
  const [words, others] = [name.split('_'), other.split('_')];
  if (words.length !== others.length) return distance(name, other) <= 1;
  return words.every((word, index) => isWordSlip(word, others[index] ?? ''));
}

function isWordSlip(word: string, other: string): boolean {
  if (word === other) return true;
  const isExchanged = [...word].some(
    (_, index) =>
      word.slice(0, index) + word.charAt(index + 1) + word.charAt(index) + word.slice(index + 2) === other,
  );
  // `pg` and `pgb` are two words.
  return isExchanged || (Math.min(word.length, other.length) > 2 && distance(word, other) <= 1);
}
