import type { z } from 'zod';

/**
 * Every parameter of a host by its name, under the type that its row in a parameter table has. Each module adds its
 * own rows where its table stands (`declare module`), so that no type is written twice.
 */
// biome-ignore lint/suspicious/noEmptyInterface: modules add to it
export interface Settings {}

type Row = { readonly name: string; readonly schema: z.ZodType; readonly default?: unknown };

/** Nobody changes a setting. */
type Shared<T> = T extends readonly (infer Item)[] ? readonly Item[] : T;

/** The settings of a list of rows: a parameter with a default is always there, one without may be absent. */
export type SettingsOf<Rows extends readonly Row[]> = {
  readonly [R in Rows[number] as R extends { readonly default: unknown } ? R['name'] : never]: Shared<
    z.output<R['schema']>
  >;
} & {
  readonly [R in Rows[number] as R extends { readonly default: unknown } ? never : R['name']]?: Shared<
    z.output<R['schema']>
  >;
};
