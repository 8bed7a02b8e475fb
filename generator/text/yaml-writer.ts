import {
  type CreateNodeOptions,
  type DocumentOptions,
  type SchemaOptions,
  stringify,
  type ToStringOptions,
} from 'yaml';
import { LruMap } from '../model/lru-map.ts';

type Options = DocumentOptions & SchemaOptions & CreateNodeOptions & ToStringOptions;

type Scalar = string | number | boolean | null;
type Collection = readonly Node[] | { readonly [key: string]: Node };
type Node = Scalar | Collection;

const OPTIONS = {
  version: '1.1',
  lineWidth: 0,
  defaultKeyType: 'PLAIN',
  doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
} as const;

/**
 * YAML 1.1 text that PyYAML reads back as the same data (`'off'` stays text); keys in the given order. The library
 * formats each key and scalar once. The layout of lines is ours and equal to the library's, which needs ten times as
 * long.
 */
export function writeYaml(data: Node, comment = ''): string {
  const head = comment === '' ? '' : `${comment.replaceAll(/^/gm, '# ')}\n`;
  return `${head}${isBlock(data) ? blockText(data, '') : lineText(data)}\n`;
}

/** The lines of a collection, indented. */
function blockText(node: Collection, indent: string): string {
  const inner = `${indent}  `;
  if (Array.isArray(node)) {
    const items = node.map((item: Node) =>
      isBlock(item) ? blockText(item, inner).slice(inner.length) : lineText(item),
    );
    return items.map((item) => `${indent}- ${item}`).join('\n');
  }
  const entries = Object.entries(node).map(([key, value]) =>
    isBlock(value) ? `${keyText(key)}:\n${blockText(value, inner)}` : `${keyText(key)}: ${lineText(value)}`,
  );
  return entries.map((entry) => `${indent}${entry}`).join('\n');
}

/** A collection that is not empty. */
function isBlock(node: Node): node is Collection {
  return typeof node === 'object' && node !== null && Object.keys(node).length > 0;
}

function lineText(node: Node): string {
  if (typeof node === 'object' && node !== null) return Array.isArray(node) ? '[]' : '{}';
  // In a map, 0 and -0 are the same key.
  return scalarText(Object.is(node, -0) ? 0 : node);
}

/** With an underscore between letters, a key is neither a number nor a word such as `on`: it needs no quotes. */
const PLAIN_KEY = /^[a-z]+(?:_[a-z]+)+$/;

const keyText = memoized((key: string) =>
  PLAIN_KEY.test(key)
    ? key
    : onOneLine(key, (options) => stringify({ [key]: 0 }, options).slice(0, -': 0\n'.length)),
);

/** A text of several lines stays on one line, in double quotes. */
const scalarText = memoized((value: Scalar) =>
  onOneLine(value, (options) => stringify([value], options).slice(2, -1)),
);

/** Line breaks of YAML 1.1, which the library prints as they are, and their escapes (YAML 1.1, 4.1.4 and 5.6). */
const BREAKS: Readonly<Record<string, string>> = { '\u0085': '\\N', '\u2028': '\\L', '\u2029': '\\P' };

function onOneLine(value: Scalar, print: (options: Options) => string): string {
  if (typeof value !== 'string' || !/[\n\u0085\u2028\u2029]/.test(value)) return print(OPTIONS);
  const text = print({ ...OPTIONS, defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'QUOTE_DOUBLE' });
  return text.replaceAll(/[\u0085\u2028\u2029]/g, (one) => BREAKS[one] ?? one);
}

function memoized<T>(compute: (value: T) => string): (value: T) => string {
  // Large enough for repeated texts, although names of hosts and addresses are added too.
  const known = new LruMap<T, string>(10_000);
  return (value) => {
    const found = known.get(value);
    if (found !== undefined) return found;
    const text = compute(value);
    known.set(value, text);
    return text;
  };
}
