import { Unreachable } from '../model/brand.ts';

/** Control characters but the tab: no format with one setting a line can hold them. */
const NOT_ONE_LINE = /[^\P{Cc}\t]/u;

/**
 * The text, unless it would be more than one line of `file`. Schemas refuse such values at their places in the inventory
 * (modules/schemas.ts), so it throws only on a bug.
 */
export function oneLine(text: string, file: string): string {
  if (NOT_ONE_LINE.test(text))
    throw new Unreachable(`${file}: a value contains a line break or another control character`);
  return text;
}
