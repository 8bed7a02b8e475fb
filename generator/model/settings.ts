import type { z } from 'zod';

/**
 * Every parameter of a host by its name, with the type of its row in a parameter table. Each module adds its own rows
 * beside its table (`declare module`), so that no type is written twice.
 */
// biome-ignore lint/suspicious/noEmptyInterface: modules add to it
export interface Settings {}

type Row = { readonly name: string; readonly schema: z.ZodType; readonly default?: unknown };

/** Values are read-only. */
type Shared<T> = T extends readonly (infer Item)[] ? readonly Item[] : T;

/** The values of a list of rows: a parameter with a default is always set, one without may be undefined. */
export type SettingsOf<Rows extends readonly Row[]> = {
  readonly [R in Rows[number] as R extends { readonly default: unknown } ? R['name'] : never]: Shared<
    z.output<R['schema']>
  >;
} & {
  readonly [R in Rows[number] as R extends { readonly default: unknown } ? never : R['name']]?: Shared<
    z.output<R['schema']>
  >;
};
