import type { Parameter } from '../model/parameter.ts';

export { PENDING } from '../model/parameter.ts';

/** Rows of a parameter table, put into one section. Their names and schemas stay known as types. */
export function section<const Rows extends readonly Omit<Parameter, 'section'>[]>(
  name: string,
  rows: Rows,
): readonly (Rows[number] & { readonly section: string })[] {
  return rows.map((row) => ({ ...row, section: name }));
}

/** Notes that several rows have. One that begins with `without effect` makes a notice (stages/check.ts). */
export const OURS = 'not a Pigsty parameter; added by this product';
export const LATER = 'a parameter of Pigsty 4';
export const UNREAD = 'without effect, as in Pigsty';
export const WITHOUT_EFFECT = 'without effect: nothing is installed or deleted in place';
