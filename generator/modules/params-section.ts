import type { Parameter } from '../model/parameter.ts';

export { PENDING } from '../model/parameter.ts';

/** Rows of a parameter table, put into one section. Their names and schemas stay known as types. */
export function section<const Rows extends readonly Omit<Parameter, 'section'>[]>(
  name: string,
  rows: Rows,
): readonly (Rows[number] & { readonly section: string })[] {
  return rows.map((row) => ({ ...row, section: name }));
}

/** Notes that stand at several rows. */
export const OURS = 'a parameter of this product; Pigsty has none like it';
export const UNREAD = 'accepted, but nothing reads it, here as in Pigsty';
export const WITHOUT_EFFECT =
  'without effect: on these hosts nothing is installed in place, and nothing is wiped';
