import { Lexer } from 'yaml';

/** A place in a text that makes reading it take too long: too deep, too long, or too much. */
export type Excess = {
  readonly kind: 'depth' | 'token' | 'nodes';
  readonly offset: number;
  readonly length: number;
};

/** A site of 1000 hosts has some 50,000 scalars. */
export const MAX_NODES = 250_000;
/** Of one scalar, in characters. */
export const MAX_TOKEN = 32_768;
/** Of brackets in brackets, and of keys and items that begin on one line. */
export const MAX_DEPTH = 64;
/** Each level of indentation has a column of its own. */
const MAX_INDENT = 400;

/** The marker of a scalar in the tokens of the lexer; the text is the next token. */
const SCALAR = '\x1f';

/**
 * The first excess, found from the tokens alone: the parser calls itself for each level. Undefined for a text that can be
 * parsed within a second.
 */
export function findExcess(text: string): Excess | undefined {
  let offset = 0;
  let nodes = 0;
  let brackets = 0;
  let nested = 0;
  let atStart = true;
  for (const token of new Lexer().lex(text)) {
    const found = (kind: Excess['kind']): Excess => ({ kind, offset, length: Math.min(token.length, 80) });
    if (token.length > MAX_TOKEN) return found('token');
    if (token === SCALAR || token.startsWith('*')) nodes += 1;
    if (nodes > MAX_NODES) return found('nodes');
    if (token === '{' || token === '[') brackets += 1;
    if (token === '}' || token === ']') brackets -= 1;
    if (brackets === 0 && /^[-?:]$/.test(token)) nested += 1;
    if (isLineEnd(token)) nested = 0;
    const isIndent = atStart && /^[ \t]+$/.test(token) && brackets === 0 && token.length > MAX_INDENT;
    if (brackets > MAX_DEPTH || isIndent || nested > MAX_DEPTH) return found('depth');
    atStart = isLineEnd(token);
    if (!MARKERS.has(token)) offset += token.length;
  }
  return undefined;
}

/** Tokens that are not in the text (`yaml`, lex/lexer.ts): byte order, document, end of a flow, scalar. */
const MARKERS: ReadonlySet<string> = new Set(['\u{feff}', '\x02', '\x18', SCALAR]);

function isLineEnd(token: string): boolean {
  return token === '\n' || token === '\r\n' || token === '\x02';
}
