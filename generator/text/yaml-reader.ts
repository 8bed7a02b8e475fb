import type { CST, Document, Node, Pair, Range } from 'yaml';
import {
  Composer,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  Parser,
  parseDocument,
  YAMLParseError,
} from 'yaml';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Value } from '../model/inventory.ts';
import type { Locate, Path, Place } from '../model/origin.ts';
import { resolvePlainScalar } from './pyyaml.ts';
import { type Excess, YamlBudget } from './yaml-budget.ts';
import { type Anchors, checkNodes, type Entry, RESOLVED_TAGS, toEntry } from './yaml-nodes.ts';
import { yamlRules } from './yaml-rules.ts';

/** A parsed file: its root node, and methods that read values and places of nodes. */
export type YamlFile = {
  readonly root: Node | null;
  readonly diagnostics: readonly Diagnostic[];
  isMapping(node: Node): boolean;
  entries(node: Node): Entry[];
  value(node: Node | null): Value;
  place(node: Node): Place;
  locator(entry: { readonly keyNode: Node; readonly node: Node | null }): Locate;
  /** The text of the scalar at `path` inside an entry, if its value is resolved from the text; otherwise undefined. */
  plainText(entry: { readonly node: Node | null }, path?: Path): string | undefined;
};

/** Reads one YAML document as PyYAML 1.1 does. Diagnostics: yaml/*. */
export function readYaml(text: string, file: string): YamlFile {
  return new YamlReader(text, file);
}

class YamlReader implements YamlFile {
  readonly root: Node | null;
  readonly diagnostics: Diagnostic[] = [];
  readonly #document: Document.Parsed;
  readonly #lines = new LineCounter();
  readonly #file: string;
  readonly #mergeDepth = 32;
  readonly #anchors: Anchors = new Map();

  constructor(text: string, file: string) {
    this.#file = file;
    const { document, excess } = parseWithinBudget(text, this.#lines);
    this.#document = document;
    this.root = document.contents;
    if (excess) {
      this.diagnostics.push(yamlRules.excess.at(placeIn(text, excess, file), excess));
      return;
    }
    this.diagnostics.push(...this.#syntaxErrors(text));
    if (this.diagnostics.length > 0 || !this.root) return;
    this.diagnostics.push(...checkNodes(this.root, this.#anchors, (node) => this.place(node)));
  }

  entries(node: Node, depth = 0): Entry[] {
    const map = this.#resolve(node);
    if (!isMap(map) || depth > this.#mergeDepth) return [];
    if (!map.items.some(isMergeKey)) return map.items.map(toEntry);
    const own = map.items.filter((pair) => !isMergeKey(pair)).map(toEntry);
    const merged = map.items.filter(isMergeKey).flatMap((pair) => this.#mergeSources(pair, depth));
    const seen = new Set(own.map((entry) => entry.key));
    for (const entry of merged) {
      if (!seen.has(entry.key)) own.push(entry);
      seen.add(entry.key);
    }
    return own;
  }

  isMapping(node: Node): boolean {
    return isMap(this.#resolve(node));
  }

  value(node: Node | null): Value {
    const target = node && this.#resolve(node);
    if (!target) return null;
    if (isSeq(target)) return target.items.map((item) => this.value(item as Node));
    if (isMap(target)) {
      return Object.fromEntries(this.entries(target).map((entry) => [entry.key, this.value(entry.node)]));
    }
    return isScalar(target) ? scalarValue(target) : null;
  }

  place(node: Node): Place {
    return this.#placeOf(node.range ?? [0, 0, 0]);
  }

  locator(entry: { readonly keyNode: Node; readonly node: Node | null }): Locate {
    return (path: Path = [], part = 'value') => {
      if (path.length === 0) return this.place(part === 'key' || !entry.node ? entry.keyNode : entry.node);
      return this.#descend(entry.node, path, part) ?? this.place(entry.keyNode);
    };
  }

  plainText({ node: start }: { readonly node: Node | null }, path: Path = []): string | undefined {
    let node = start && this.#resolve(start);
    for (const step of path) {
      const next = this.#step(node, step)?.node;
      node = next ? this.#resolve(next) : null;
    }
    return isScalar(node) && isResolved(node) ? textOf(node) : undefined;
  }

  #descend(start: Node | null, path: Path, part: 'key' | 'value'): Place | undefined {
    let node = start && this.#resolve(start);
    let last: Node | undefined = node ?? undefined;
    for (const [index, step] of path.entries()) {
      const entry = this.#step(node, step);
      if (!entry) return last && this.place(last);
      const atEnd = index === path.length - 1;
      last = atEnd && part === 'key' ? entry.keyNode : (entry.node ?? entry.keyNode);
      node = entry.node && this.#resolve(entry.node);
    }
    return last && this.place(last);
  }

  #step(node: Node | null | undefined, step: string | number): Entry | undefined {
    if (isSeq(node)) {
      const item = node.items[Number(step)] as Node | undefined;
      return item && { key: String(step), keyNode: item, node: item };
    }
    return isMap(node) ? this.entries(node).find((entry) => entry.key === String(step)) : undefined;
  }

  #mergeSources(pair: Pair, depth: number): Entry[] {
    const source = this.#resolve(pair.value as Node);
    if (isSeq(source)) return source.items.flatMap((item) => this.entries(item as Node, depth + 1));
    return source ? this.entries(source, depth + 1) : [];
  }

  #resolve(node: Node): Node | null {
    return isAlias(node) ? (this.#anchors.get(node.source) ?? null) : node;
  }

  #placeOf(range: readonly number[] | Range): Place {
    const [start = 0, end = start] = range;
    const { line, col } = this.#lines.linePos(start);
    const stop = this.#lines.linePos(end);
    const length = stop.line === line ? end - start : 1;
    return {
      file: this.#file,
      line: Math.max(1, line),
      column: Math.max(1, col),
      length: Math.max(1, length),
    };
  }

  #syntaxErrors(text: string): Diagnostic[] {
    const [first] = this.#document.errors;
    if (!first) return [];
    const open = unclosedBrackets(text);
    const innermost = open.at(-1);
    if (innermost && (first.code === 'BAD_INDENT' || first.code === 'MISSING_CHAR')) {
      const bracket = text.charAt(innermost.offset);
      const closing = bracket === '{' ? '}' : ']';
      const place = this.#placeOf([innermost.offset, innermost.offset + 1]);
      const noticed = { message: 'the parser stopped here', place: this.#placeOf(first.pos) };
      return [yamlRules.unclosed.at(place, { bracket, closing, more: open.length - 1 }, [noticed])];
    }
    if (first.code === 'MULTIPLE_DOCS') return [yamlRules.documents.at(this.#placeOf(first.pos), {})];
    return [yamlRules.syntax.at(this.#placeOf(lastVisible(text, first.pos)), { reason: describe(first) })];
  }
}

const OPTIONS = { schema: 'failsafe', uniqueKeys: false, prettyErrors: false, logLevel: 'error' } as const;

/** The library's `parseDocument`, with each token counted before it is parsed. An excess leaves an empty document. */
function parseWithinBudget(
  text: string,
  lines: LineCounter,
): { document: Document.Parsed; excess: Excess | undefined } {
  const budget = new YamlBudget();
  const [document, second] = new Composer(OPTIONS).compose(
    parsedTokens(text, lines, budget),
    true,
    text.length,
  );
  if (budget.excess || !document) return { document: parseDocument('', OPTIONS), excess: budget.excess };
  if (second)
    document.errors.push(new YAMLParseError([second.range[0], second.range[1]], 'MULTIPLE_DOCS', ''));
  return { document, excess: undefined };
}

function* parsedTokens(text: string, lines: LineCounter, budget: YamlBudget): Generator<CST.Token> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  for (const token of new Lexer().lex(text)) {
    if (!budget.allows(token)) return;
    yield* parser.next(token);
  }
  yield* parser.end();
}

function isMergeKey(pair: Pair): boolean {
  return isScalar(pair.key) && pair.key.type === 'PLAIN' && pair.key.value === '<<';
}

type ScalarNode = { readonly value: unknown; readonly type?: string; readonly tag?: string };

function scalarValue(node: ScalarNode): Value {
  return isResolved(node) ? resolvePlainScalar(textOf(node)) : textOf(node);
}

/** Whether the text of a scalar decides its type. */
function isResolved({ type, tag }: ScalarNode): boolean {
  const isPlain = type === 'PLAIN' || type === undefined;
  return tag === undefined ? isPlain : RESOLVED_TAGS.has(tag);
}

function textOf({ value }: ScalarNode): string {
  return value === null || value === undefined ? '' : String(value);
}

/** Opening brackets without a closing one, outermost first. Read from the tokens, because the tree is incomplete. */
function unclosedBrackets(text: string): { offset: number }[] {
  const open: { offset: number }[] = [];
  const visit = (token: CST.Token | null | undefined): void => {
    if (!token) return;
    if (token.type === 'document') visit(token.value);
    if (token.type === 'flow-collection') {
      const closed = token.end.some((t) => t.type === 'flow-map-end' || t.type === 'flow-seq-end');
      if (!closed) open.push({ offset: token.start.offset });
    }
    if ('items' in token) for (const item of token.items) visit(item.value);
  };
  for (const token of new Parser().parse(text)) visit(token);
  return open;
}

/** The last character before a place at the end of a line, or on a blank one: there is nothing to see. */
function lastVisible(text: string, [start, end]: readonly [number, number]): readonly [number, number] {
  const isBlank = /^\s*$/.test(
    text.slice(start, text.indexOf('\n', start) < 0 ? undefined : text.indexOf('\n', start)),
  );
  const seen = text.slice(0, start).trimEnd().length;
  return isBlank && seen > 0 ? [seen - 1, seen] : [start, end];
}

function placeIn(text: string, { offset, length }: Excess, file: string): Place {
  const before = text.slice(0, offset);
  const column = offset - (before.lastIndexOf('\n') + 1) + 1;
  return { file, line: before.split('\n').length, column, length: Math.max(1, length) };
}

function describe({ code, message }: YAMLParseError): string {
  // For some tokens it repeats the text, which may be a password; the code frame shows it masked.
  const text = code === 'UNEXPECTED_TOKEN' ? message.replace(/(?<!found): [\s\S]*$/, '') : message;
  return text.charAt(0).toLowerCase() + text.slice(1);
}
