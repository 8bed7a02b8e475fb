/** Where a value comes from: every resolved parameter has an {@link Origin}, a diagnostic has a {@link Place}. */

/** A range in one line of a file. `line` and `column` count from 1; `length` is in UTF-16 units, at least 1. */
export type Place = {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
};

export type Path = readonly (string | number)[];

/** The place of a value, or of the item at `path` inside it; if that does not exist, of its nearest parent. */
export type Locate = (path?: Path, part?: 'key' | 'value') => Place;

/** The scopes of an inventory, narrowest first: host > group > all > module default (pigsty.md section 1). */
export type Origin =
  | { readonly scope: 'host' | 'group' | 'all'; readonly name: string; readonly locate: Locate }
  | { readonly scope: 'default' };
