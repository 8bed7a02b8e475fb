/**
 * Where a value came from. Every resolved parameter has an {@link Origin}, every diagnostic a {@link Place}.
 */

/** A stretch of one line in a file. `line` and `column` count from 1; `length` is in UTF-16 units, at least 1. */
export type Place = {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
};

/** The scopes of an inventory, widest last: host > group > all > module default (pigsty.md section 1). */
export type Origin =
  | { readonly scope: 'host' | 'group'; readonly name: string; readonly place: Place }
  | { readonly scope: 'all'; readonly place: Place }
  | { readonly scope: 'default'; readonly parameter: string };

export function placeOf(origin: Origin | undefined): Place | undefined {
  return origin && origin.scope !== 'default' ? origin.place : undefined;
}
