import type { CST, Document, Node, Pair, Range, YAMLMap, YAMLParseError } from 'yaml';
import { isAlias, isMap, isScalar, isSeq, LineCounter, Parser, parseDocument } from 'yaml';
import { maskKey } from '../diagnostics/mask.ts';
import { rule } from '../diagnostics/rule.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Value } from '../model/inventory.ts';
import type { Locate, Path, Place } from '../model/origin.ts';
import { resolvePlainScalar } from './pyyaml.ts';

export const yamlRules = {
  syntax: rule<{ reason: string }>('yaml/syntax', {
    severity: 'error',
    message: ({ reason }) => reason,
    label: () => 'here',
  }),
  unclosed: rule<{ bracket: string; closing: string; more: number }>('yaml/unclosed', {
    severity: 'error',
    message: ({ bracket }) => `unclosed \`${bracket}\``,
    label: () => 'opened here',
    help: ({ closing, more }) =>
      more > 0
        ? `add the missing \`${closing}\`, and ${more} more around it`
        : `add the missing \`${closing}\``,
  }),
  duplicateKey: rule<{ key: string }>('yaml/duplicate-key', {
    severity: 'error',
    message: ({ key }) => `duplicate key \`${maskKey(key)}\``,
    label: () => 'repeated here',
    help: () => 'Ansible uses the last one without a warning; remove one',
  }),
  alias: rule<{ name: string }>('yaml/unknown-alias', {
    severity: 'error',
    message: ({ name }) => `alias \`*${name}\` has no anchor \`&${name}\` before it`,
  }),
  anchorTwice: rule<{ name: string }>('yaml/anchor-twice', {
    severity: 'error',
    message: ({ name }) => `duplicate anchor \`&${name}\``,
    label: () => 'repeated here',
    help: () => 'Ansible rejects a second anchor with the same name; rename it',
  }),
  tag: rule<{ tag: string }>('yaml/unknown-tag', {
    severity: 'error',
    message: ({ tag }) => `unsupported tag \`${tag}\``,
    help: ({ tag }) =>
      tag === '!vault' ? 'decrypt the value with ansible-vault and protect the file' : undefined,
  }),
  documents: rule<Record<string, never>>('yaml/several-documents', {
    severity: 'error',
    message: () => 'more than one YAML document',
    help: () => 'remove the `---` or move the second document to another file',
  }),
};

/** One key of a mapping, with merge keys (`<<`) already applied. */
export type Entry = { readonly key: string; readonly keyNode: Node; readonly node: Node | null };

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

  constructor(text: string, file: string) {
    this.#file = file;
    this.#document = parseDocument(text, {
      schema: 'failsafe',
      lineCounter: this.#lines,
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'error',
    });
    this.root = this.#document.contents;
    this.diagnostics.push(...this.#syntaxErrors(text));
    if (this.diagnostics.length === 0 && this.root) this.#checkTree(this.root, new Set(), new Map());
  }

  entries(node: Node, depth = 0): Entry[] {
    const map = this.#resolve(node);
    if (!isMap(map) || depth > this.#mergeDepth) return [];
    const own = map.items.filter((pair) => !isMergeKey(pair)).map(toEntry);
    const merged = map.items.filter(isMergeKey).flatMap((pair) => this.#mergeSources(pair, depth));
    if (merged.length === 0) return own;
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
    return isAlias(node) ? (node.resolve(this.#document) ?? null) : node;
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
    return [yamlRules.syntax.at(this.#placeOf(first.pos), { reason: describe(first) })];
  }

  #checkTree(node: Node, seen: Set<Node>, anchors: Map<string, Node>): void {
    if (seen.has(node)) return;
    seen.add(node);
    this.#checkProperties(node, anchors);
    if (isAlias(node) && !node.resolve(this.#document)) {
      this.diagnostics.push(yamlRules.alias.at(this.place(node), { name: node.source }));
    }
    if (isSeq(node)) for (const item of node.items) this.#checkTree(item as Node, seen, anchors);
    if (isMap(node)) this.#checkMap(node, seen, anchors);
  }

  #checkProperties(node: Node, anchors: Map<string, Node>): void {
    if (isAlias(node)) return;
    const { anchor, tag } = node as { anchor?: string; tag?: string };
    const earlier = anchor === undefined ? undefined : anchors.get(anchor);
    if (anchor !== undefined && earlier) {
      const note = { message: 'first here', place: this.place(earlier) };
      this.diagnostics.push(yamlRules.anchorTwice.at(this.place(node), { name: anchor }, [note]));
    }
    if (anchor !== undefined) anchors.set(anchor, node);
    if (tag !== undefined && !KNOWN_TAGS.has(tag))
      this.diagnostics.push(yamlRules.tag.at(this.place(node), { tag }));
  }

  #checkMap(map: YAMLMap, seen: Set<Node>, anchors: Map<string, Node>): void {
    const first = new Map<string, Node>();
    for (const pair of map.items) {
      const { key, keyNode, node } = toEntry(pair);
      const earlier = first.get(key);
      if (earlier && key !== '<<') {
        const note = { message: 'first here', place: this.place(earlier) };
        this.diagnostics.push(yamlRules.duplicateKey.at(this.place(keyNode), { key }, [note]));
      }
      first.set(key, keyNode);
      if (node) this.#checkTree(node, seen, anchors);
    }
  }
}

function toEntry(pair: Pair): Entry {
  const keyNode = pair.key as Node;
  const key = isScalar(keyNode) ? String(keyNode.value ?? '') : '';
  return { key, keyNode, node: (pair.value as Node | null) ?? null };
}

function isMergeKey(pair: Pair): boolean {
  return isScalar(pair.key) && pair.key.type === 'PLAIN' && pair.key.value === '<<';
}

const TAG = 'tag:yaml.org,2002:';
/** Tags of plain scalars: the value is resolved from its text. */
const RESOLVED_TAGS = new Set(['int', 'float', 'bool', 'null'].map((name) => TAG + name));
const QUOTED_TAGS = new Set(['!', `${TAG}str`]);
const KNOWN_TAGS = new Set([...RESOLVED_TAGS, ...QUOTED_TAGS, `${TAG}map`, `${TAG}seq`]);

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

function describe({ code, message }: YAMLParseError): string {
  // For some tokens it repeats the text, which may be a password; the code frame shows it masked.
  const text = code === 'UNEXPECTED_TOKEN' ? message.replace(/(?<!found): [\s\S]*$/, '') : message;
  return text.charAt(0).toLowerCase() + text.slice(1);
}
