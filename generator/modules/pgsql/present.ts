import type { EntryState } from './params/schemas.ts';

type Entry = { readonly state?: EntryState | undefined };

/** False for an entry that says `state: absent`. */
export function isPresent({ state }: Entry): boolean {
  return state !== 'absent';
}

/** `flatMap` over the entries that are not absent, with their places in the list. */
export function eachPresent<T extends Entry, R>(
  list: readonly T[],
  visit: (entry: T, index: number) => readonly R[],
): R[] {
  return list.flatMap((entry, index) => (isPresent(entry) ? visit(entry, index) : []));
}
