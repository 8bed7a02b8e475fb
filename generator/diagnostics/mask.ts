import type { Diagnostic } from '../model/diagnostic.ts';

/** A key whose name suggests a secret. */
const SECRET = String.raw`[\w-]*(?:password|passwd|secret|token|cipher_pass|_key)[\w-]*['"]?`;
/** The value is part of the key, because the space after the colon is missing. */
const KEY_WITHOUT_SPACE = new RegExp(String.raw`(${SECRET}[^\s:]*):[\s\S]*`, 'i');

/** How keys with secrets are found in a line. */
type Keys = {
  /** A key and what separates it from its value. */
  readonly before: RegExp;
  /** A key at the start of a line, its column in group 1: its value may continue on deeper lines. */
  readonly block: RegExp;
  /** A key whose value begins on the next line, or does not end on this one. */
  readonly open: RegExp;
};

function keysNamed(names: string): Keys {
  return {
    before: new RegExp(String.raw`\b(?:${SECRET})(?:\s*:\s*|\s+)|(?<!\w)(?:${names})\s*:\s*`, 'gi'),
    block: new RegExp(String.raw`^(\s*(?:-\s+)*)['"]?(?:${names})\s*:`, 'i'),
    open: new RegExp(
      String.raw`(?<!\w)(?:${names})\s*:\s*(?:[|>][-+\d]*|[{[][^}\]]*|"[^"]*|'[^']*)?\s*$`,
      'i',
    ),
  };
}

const SECRET_KEYS = keysNamed(SECRET);

/** A key for a message, without its value: the value is part of the key if the colon, or the space after it, is missing. */
export function maskKey(key: string): string {
  return key.replace(/\s[\s\S]*/, ' …').replace(KEY_WITHOUT_SPACE, '$1 …');
}

/**
 * The lines of a file with secrets masked, also secrets of several lines. The values of keys that `diagnostics` calls
 * unknown are masked too: the key may be a misspelt `password`.
 */
export function maskedLines(text: string, diagnostics: readonly Diagnostic[] = []): string[] {
  const lines = text.split('\n');
  const names = new Set(diagnostics.flatMap((one) => unknownKey(one, lines)));
  const keys = names.size === 0 ? SECRET_KEYS : keysNamed([SECRET, ...names].join('|'));
  let keyIndent = Number.POSITIVE_INFINITY;
  return lines.map((line) => {
    const indent = line.search(/\S/);
    const isItem = indent === keyIndent && /^\s*-(?:\s|$)/.test(line);
    if (indent > keyIndent || isItem) return line.slice(0, indent) + '*'.repeat(line.length - indent);
    if (indent >= 0) keyIndent = openKey(line, keys) ?? Number.POSITIVE_INFINITY;
    return maskKeys(line, keys);
  });
}

/** Lines that are deeper than this column belong to a key of this line; inside brackets, indentation means nothing. */
function openKey(line: string, { block, open }: Keys): number | undefined {
  return block.exec(line)?.[1]?.length ?? (open.test(line) ? line.search(/\S/) - 1 : undefined);
}

/** A pattern for the key at the place of a diagnostic; a value that is part of the key is left out. */
function unknownKey({ isKeyUnknown, place }: Diagnostic, lines: readonly string[]): string[] {
  if (!isKeyUnknown || !place) return [];
  const start = place.column - 1;
  const written = lines[place.line - 1]?.slice(start, start + place.length) ?? '';
  const name = /^[^:]*/.exec(written.replaceAll(/^['"]|['"]$/g, ''))?.[0] ?? '';
  return name === '' ? [] : [`${name.replaceAll(/[^\w\s]/g, String.raw`\$&`)}['"]?`];
}

/**
 * A source line with secrets masked: values of keys with a secret's name become asterisks of the same length, also if
 * the colon is missing.
 */
export function maskSecrets(line: string): string {
  return maskKeys(line, SECRET_KEYS);
}

function maskKeys(line: string, { before }: Keys): string {
  let shown = '';
  let rest = 0;
  for (const match of line.matchAll(before)) {
    const start = match.index + match[0].length;
    if (start < rest) continue;
    const end = endOfValue(line, start);
    shown += line.slice(rest, start) + '*'.repeat(end - start);
    rest = end;
  }
  return shown + line.slice(rest);
}

/** The end of the YAML value that begins at `start`: its closing quote or bracket, or before a comma, brace or comment. */
function endOfValue(line: string, start: number): number {
  const quote = line[start];
  if (quote === "'" || quote === '"') {
    const quoted = quote === "'" ? /^'(?:[^']|'')*'?/ : /^"(?:[^"\\]|\\.)*"?/;
    return start + (quoted.exec(line.slice(start))?.[0].length ?? 0);
  }
  if (quote === '{' || quote === '[') return endOfCollection(line, start);
  const plain = /^[^,}\]#]*/.exec(line.slice(start))?.[0] ?? '';
  return start + plain.trimEnd().length;
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
