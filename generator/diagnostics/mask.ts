/** A key whose name suggests a secret. */
const SECRET = String.raw`[\w-]*(?:password|passwd|secret|token|cipher_pass|_key)[\w-]*['"]?`;
const SECRET_KEY = new RegExp(String.raw`\b(${SECRET}(?:\s*:\s*|\s+))`, 'gi');
/** The value of such a key begins on the next line. */
const OPEN_KEY = new RegExp(String.raw`${SECRET}\s*:\s*(?:[|>][-+\d]*)?\s*$`, 'i');
/** The value is part of the key, because the space after the colon is missing. */
const KEY_WITHOUT_SPACE = new RegExp(String.raw`(${SECRET}[^\s:]*):[\s\S]*`, 'i');

/** A key for a message, without its value: the value is part of the key if the colon, or the space after it, is missing. */
export function maskKey(key: string): string {
  return key.replace(/\s[\s\S]*/, ' …').replace(KEY_WITHOUT_SPACE, '$1 …');
}

/** The lines of a file with secrets masked, also secrets of several lines. */
export function maskedLines(text: string): string[] {
  let keyIndent = Number.POSITIVE_INFINITY;
  return text.split('\n').map((line) => {
    const indent = line.search(/\S/);
    if (indent > keyIndent) return line.slice(0, indent) + '*'.repeat(line.length - indent);
    if (indent >= 0) keyIndent = OPEN_KEY.exec(line)?.index ?? Number.POSITIVE_INFINITY;
    return maskSecrets(line);
  });
}

/**
 * A source line with secrets masked: values of keys with a secret's name become asterisks of the same length, also if
 * the colon is missing.
 */
export function maskSecrets(line: string): string {
  let shown = '';
  let rest = 0;
  for (const match of line.matchAll(SECRET_KEY)) {
    const start = match.index + match[0].length;
    if (start < rest) continue;
    const end = endOfValue(line, start);
    shown += line.slice(rest, start) + '*'.repeat(end - start);
    rest = end;
  }
  return shown + line.slice(rest);
}

/** The end of the YAML scalar that begins at `start`: its closing quote, or before a comma, brace or comment. */
function endOfValue(line: string, start: number): number {
  const quote = line[start];
  if (quote === "'" || quote === '"') {
    const quoted = quote === "'" ? /^'(?:[^']|'')*'?/ : /^"(?:[^"\\]|\\.)*"?/;
    return start + (quoted.exec(line.slice(start))?.[0].length ?? 0);
  }
  const plain = /^[^,}\]#]*/.exec(line.slice(start))?.[0] ?? '';
  return start + plain.trimEnd().length;
}
