import type { Diagnostic } from '../model/diagnostic.ts';

/*
 * What a message shows of an inventory. Values of keys with a secret's name are never shown, and neither are those of keys
 * that nothing knows: one of them may be a misspelt `password`.
 */

/** The keys whose values may be shown. Undefined: all but those with a secret's name. */
export type ShownKeys = ReadonlySet<string> | undefined;

/** A key whose name suggests a secret, or whose values are passwords by user name. */
const SECRET = /passw|passphrase|pass$|_pass|pwd|secret|token|credential|_key|^nginx_users$/i;

/** A word, with what may follow it as a key: a quote, a colon or `=`, white space. */
const WORD = /[\w][\w-]*/g;
const AFTER_KEY = /(['"]?)(\s*[:=]\s*|\s+)?/y;
/** The value is part of the key, because the space after the colon is missing. */
const LONGEST_KEY = 100;
/** A longer line shows nobody where to look, and takes long to read. */
const LONGEST_LINE = 8000;

/** A key for a message, without its value: the value is part of the key if the colon, or the space after it, is missing. */
export function maskKey(key: string): string {
  const named = key.replace(/\s[\s\S]*/, ' …');
  const [name = '', ...rest] = named.split(/[:=]/);
  const shown = rest.length > 0 && SECRET.test(name) ? `${name.replace(/['"]$/, '')} …` : named;
  return shown.length > LONGEST_KEY ? `${shown.slice(0, LONGEST_KEY)}…` : shown;
}

/**
 * The lines of a file with secrets masked, also secrets of several lines. The values of keys that `diagnostics` calls
 * unknown are masked as a whole; those of other keys that are not in `shown`, if they are no collections.
 */
export function maskedLines(
  text: string,
  diagnostics: readonly Diagnostic[] = [],
  shown: ShownKeys = undefined,
): string[] {
  const lines = text.split('\n');
  const hidden = new Set(diagnostics.flatMap((one) => unknownKey(one, lines)));
  const rule: Rule = (key) => {
    if (SECRET.test(key) || hidden.has(key)) return 'hidden';
    return shown === undefined || shown.has(key) ? 'shown' : 'scalar';
  };
  const open: OpenKey[] = [];
  return lines.map((line) => {
    const indent = line.search(/\S/);
    if (indent < 0) return line;
    if (line.length > LONGEST_LINE) return '';
    closeKeys(open, indent, /^\s*-(?:\s|$)/.test(line));
    const around = open.at(-1)?.kind ?? 'shown';
    if (around === 'hidden') return hide(line, indent, line.length);
    const masked = maskLine(line, rule);
    open.push(...masked.opened);
    const isBare = masked.keys === 0 && around === 'scalar';
    return isBare && !/^\s*[\]}[{,]*\s*$/.test(line) ? hide(line, indent, line.length) : masked.text;
  });
}

/** A source line with the values of keys with a secret's name as asterisks. */
export function maskSecrets(line: string): string {
  return maskLine(line, (key) => (SECRET.test(key) ? 'hidden' : 'shown')).text;
}

/** Hidden: everything. Scalar: a value that is no collection. */
type Kind = 'hidden' | 'scalar' | 'shown';
type Rule = (key: string) => Kind;

/** A key whose value continues on lines that are deeper than `indent`. */
type OpenKey = { readonly indent: number; readonly kind: Kind };

/** Items of a list may begin in the column of its key. */
function closeKeys(open: OpenKey[], indent: number, isItem: boolean): void {
  for (let last = open.at(-1); last; last = open.at(-1)) {
    if (indent > last.indent || (isItem && indent === last.indent)) return;
    open.pop();
  }
}

type Masked = { readonly text: string; readonly keys: number; readonly opened: readonly OpenKey[] };

function maskLine(line: string, rule: Rule): Masked {
  const opened: OpenKey[] = [];
  let shown = '';
  let rest = 0;
  let keys = 0;
  for (const key of keysOf(line)) {
    if (key.start < rest) continue;
    const kind = rule(key.name);
    if (!key.hasColon && kind !== 'hidden') continue;
    if (key.isGlued && kind !== 'hidden') continue;
    keys += 1;
    const end = key.isOption ? line.length : endOfValue(line, key.value);
    const isCollection = hasKeys(line.slice(key.value, end));
    if (kind === 'hidden' || (kind === 'scalar' && !isCollection)) {
      shown += line.slice(rest, key.value) + '*'.repeat(Math.max(0, end - key.value));
      rest = end;
    }
    const indent = openIndent(line, key, end);
    if (indent !== undefined) opened.push({ indent, kind });
  }
  return { text: shown + line.slice(rest), keys, opened };
}

/** A collection without keys is a list of values, or not closed. */
function hasKeys(value: string): boolean {
  if (/^[{[]\s*[}\]]$/.test(value)) return true;
  return /^[{[]/.test(value) && [...keysOf(value)].some(({ hasColon, isGlued }) => hasColon && !isGlued);
}

/**
 * `isGlued`: no space follows the colon, so that YAML takes it for a part of a word, as in an address. `isOption`: `name=value`, as
 * in a line of an HBA file or a connection string: only its program knows where the value ends.
 */
type Key = {
  readonly name: string;
  readonly start: number;
  readonly value: number;
  readonly hasColon: boolean;
  readonly isGlued: boolean;
  readonly isOption: boolean;
};

function* keysOf(line: string): Generator<Key> {
  for (const match of line.matchAll(WORD)) {
    const [name] = match;
    AFTER_KEY.lastIndex = match.index + name.length;
    const [, quote = '', separator] = AFTER_KEY.exec(line) ?? [];
    if (separator === undefined && !SECRET.test(name)) continue;
    if (separator === undefined) continue;
    const value = AFTER_KEY.lastIndex;
    const hasColon = separator.includes(':');
    const isGlued = hasColon && separator.endsWith(':') && value < line.length && quote === '';
    const isOption = separator.includes('=');
    yield { name, start: match.index, value, hasColon, isGlued, isOption };
  }
}

/** The column that the lines of its value are deeper than, if the value of a key may go on after this line. */
function openIndent(line: string, { start, value }: Key, end: number): number | undefined {
  const before = line.slice(0, start);
  const rest = line.slice(value, end).trim();
  if (/^\s*(?:-\s+)*['"]?$/.test(before)) return before.search(/['"]?$/);
  const isEmpty = rest === '' && line.slice(end).trim() === '';
  const isOpenText = /^(?:[|>][-+\d]*|"(?:[^"\\]|\\.)*|'[^']*)$/.test(rest) && end === line.length;
  const isOpenList = /^[{[]/.test(rest) && depthOf(rest) > 0;
  return isEmpty || isOpenText || isOpenList ? line.search(/\S/) - 1 : undefined;
}

function depthOf(text: string): number {
  let depth = 0;
  for (const character of text) {
    if ('{['.includes(character)) depth += 1;
    if ('}]'.includes(character)) depth -= 1;
  }
  return depth;
}

function hide(line: string, start: number, end: number): string {
  return line.slice(0, start) + '*'.repeat(end - start) + line.slice(end);
}

/** The key at the place of a diagnostic; a value that is part of the key is left out. */
function unknownKey({ isKeyUnknown, place }: Diagnostic, lines: readonly string[]): string[] {
  if (!isKeyUnknown || !place) return [];
  const start = place.column - 1;
  const written = lines[place.line - 1]?.slice(start, start + place.length) ?? '';
  // A key of several words is found by its last one.
  return [...written.replace(/:[\s\S]*/, '').matchAll(WORD)].map(([word]) => word).slice(-1);
}

/** The end of the YAML value that begins at `start`: its closing quote or bracket, or before a comma, brace or comment. */
function endOfValue(line: string, start: number): number {
  const quote = line[start];
  if (quote === "'" || quote === '"') {
    const quoted = quote === "'" ? /'(?:[^']|'')*'?/y : /"(?:[^"\\]|\\.)*"?/y;
    quoted.lastIndex = start;
    return start + (quoted.exec(line)?.[0].length ?? 0);
  }
  if (quote === '{' || quote === '[') return endOfCollection(line, start);
  const plain = /[^,}\]#]*/y;
  plain.lastIndex = start;
  const text = plain.exec(line)?.[0] ?? '';
  return start + text.trimEnd().length;
}

function endOfCollection(line: string, start: number): number {
  let depth = 0;
  for (let index = start; index < line.length; index += 1) {
    if ('{['.includes(line[index] ?? '')) depth += 1;
    if ('}]'.includes(line[index] ?? '')) depth -= 1;
    if (depth === 0) return index + 1;
  }
  return line.length;
}
