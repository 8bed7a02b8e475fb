/** A key whose value is a secret by its sound. */
const SECRET = String.raw`[\w-]*(?:password|passwd|secret|cipher_pass|_key)[\w-]*['"]?`;
const SECRET_KEY = new RegExp(String.raw`\b(${SECRET}(?:\s*:\s*|\s+))`, 'gi');
/** The value of such a key begins on the next line. */
const OPEN_KEY = new RegExp(String.raw`${SECRET}\s*:\s*(?:[|>][-+\d]*)?\s*$`, 'i');
/** Its value has become part of the key: no space stands between them. */
const GLUED_KEY = new RegExp(String.raw`(${SECRET}[^\s:]*):[\s\S]*`, 'i');

/** A key as a message may name it: where a colon is missing, or the space behind it, the value is part of it. */
export function maskKey(key: string): string {
  return key.replace(/\s[\s\S]*/, ' …').replace(GLUED_KEY, '$1 …');
}

/** The lines of a file as they may be shown; of a secret that goes on over lines, none is. */
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
 * A source line as it may be shown: values of keys that sound secret become asterisks of the same length, also when the
 * colon was forgotten.
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

/** Where a YAML scalar ends that begins at `start`: at its closing quote, or before a comma, brace or comment. */
function endOfValue(line: string, start: number): number {
  const quote = line[start];
  if (quote === "'" || quote === '"') {
    const quoted = quote === "'" ? /^'(?:[^']|'')*'?/ : /^"(?:[^"\\]|\\.)*"?/;
    return start + (quoted.exec(line.slice(start))?.[0].length ?? 0);
  }
  const plain = /^[^,}\]#]*/.exec(line.slice(start))?.[0] ?? '';
  return start + plain.trimEnd().length;
}
