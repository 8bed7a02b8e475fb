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
/** Tokens that are not in the text (`yaml`, lex/lexer.ts): byte order, document, end of a flow, scalar. */
const MARKERS: ReadonlySet<string> = new Set(['\u{feff}', '\x02', '\x18', SCALAR]);

/**
 * Counts the tokens of a text before the parser has them, which calls itself for each level. A text without an excess is
 * parsed within a second.
 */
export class YamlBudget {
  excess: Excess | undefined;
  #offset = 0;
  #nodes = 0;
  #brackets = 0;
  #nested = 0;
  #atStart = true;

  /** Whether the text may be read on, with this token of the lexer. */
  allows(token: string): boolean {
    const kind = this.#excessOf(token);
    if (kind) this.excess = { kind, offset: this.#offset, length: Math.min(token.length, 80) };
    if (!MARKERS.has(token)) this.#offset += token.length;
    return kind === undefined;
  }

  #excessOf(token: string): Excess['kind'] | undefined {
    if (token.length > MAX_TOKEN) return 'token';
    const isIndent =
      this.#atStart && this.#brackets === 0 && token.length > MAX_INDENT && /^[ \t]+$/.test(token);
    this.#atStart = false;
    this.#count(token);
    if (this.#nodes > MAX_NODES) return 'nodes';
    return isIndent || this.#brackets > MAX_DEPTH || this.#nested > MAX_DEPTH ? 'depth' : undefined;
  }

  #count(token: string): void {
    switch (token) {
      case SCALAR:
        this.#nodes += 1;
        break;
      case '{':
      case '[':
        this.#brackets += 1;
        break;
      case '}':
      case ']':
        this.#brackets -= 1;
        break;
      case '-':
      case '?':
      case ':':
        if (this.#brackets === 0) this.#nested += 1;
        break;
      case '\n':
      case '\r\n':
      case '\x02':
        this.#nested = 0;
        this.#atStart = true;
        break;
      default:
        if (token.startsWith('*')) this.#nodes += 1;
    }
  }
}
