import type { z } from 'zod';
import type { Value } from './inventory.ts';

/** Where a parameter is usually set: global, cluster, instance (host), redis node, or the command line. */
export type Level = 'G' | 'C' | 'I' | 'N' | 'A';

/**
 * One row of a module's parameter table; validation, defaults, docs and `explain` come from it.
 *
 * `default` absent means: no default (identity parameters, or optional ones). `debian` overrides the default if
 * Pigsty's own `configure` does so on Debian. `secret` marks values that must never be printed; for structured values
 * `secretKeys` names the keys inside that are secret, and with `secretValues` every value inside is. `placeholders` names variables: `${name}` stands for them in any
 * text of the value.
 */
export type Parameter<T extends z.ZodType = z.ZodType> = {
  readonly name: string;
  readonly id?: number;
  readonly section: string;
  readonly schema: T;
  readonly level: string;
  readonly default?: Value;
  readonly unit?: string;
  readonly meaning: string;
  readonly secret?: boolean;
  readonly secretKeys?: readonly string[];
  readonly secretValues?: true;
  readonly placeholders?: readonly string[];
  /** It names the cluster that a host is a member of: a host is in one of each kind. */
  readonly isIdentity?: true;
  readonly note?: string;
  /** Keys in its value that later versions of Pigsty have: ignored with a warning, never taken for a mistyped key. */
  readonly laterKeys?: readonly string[];
  /** An unknown key is an error: without it, the value would mean something else. */
  readonly isExact?: true;
  readonly aliases?: readonly string[];
};

/** A note: the value is checked but has no effect yet. */
export const PENDING = 'checked, but without effect yet';

/** How the note of a parameter that nothing reads begins; the reason follows. */
export const WITHOUT_EFFECT = 'without effect';

export type ParameterTable = { readonly module: string; readonly rows: readonly Parameter[] };
