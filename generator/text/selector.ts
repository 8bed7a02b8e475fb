import { append } from '../model/multimap.ts';

/** `{cls=~"a|b"}`, or with `!~`; nothing to select, or to leave out, is an empty text. */
export function among(label: string, operator: '=~' | '!~', names: readonly string[]): string {
  return names.length === 0 ? '' : `${label}${operator}"${names.map(escaped).join('|')}"`;
}

/** RE2, in a string of PromQL. */
function escaped(name: string): string {
  return name.replaceAll(/[\\.+*?()|[\]{}^$]/g, String.raw`\\$&`).replaceAll('"', String.raw`\"`);
}

/**
 * The things that have a value, for each value: the most frequent one has all that are not named with another, so that rules
 * stay short and a new thing needs no new rule.
 */
export function selectors<T>(
  label: string,
  values: ReadonlyMap<string, T>,
): readonly { readonly value: T; readonly selector: string }[] {
  const names = new Map<T, string[]>();
  for (const [name, value] of values) append(names, value, name);
  const [first, ...others] = [...names].sort(([, a], [, b]) => b.length - a.length);
  if (!first) return [];
  const rest = others.flatMap(([, all]) => all);
  return [
    { value: first[0], selector: among(label, '!~', rest) },
    ...others.map(([value, all]) => ({ value, selector: among(label, '=~', all) })),
  ];
}
