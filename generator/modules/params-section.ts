import type { Parameter } from '../model/parameter.ts';

export { PENDING } from '../model/parameter.ts';

/** Rows of a parameter table, put into one section. */
export function section(name: string, rows: readonly Omit<Parameter, 'section'>[]): readonly Parameter[] {
  return rows.map((row) => ({ ...row, section: name }));
}

/** Notes that stand at several rows. */
export const OURS = 'a parameter of this product; Pigsty has none like it';
export const UNREAD = 'accepted, but nothing reads it, here as in Pigsty';
export const WITHOUT_EFFECT =
  'without effect: on these hosts nothing is installed in place, and nothing is wiped';
