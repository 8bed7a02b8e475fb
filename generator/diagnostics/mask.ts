const SECRET_KEY = /\b([\w-]*(?:password|passwd|secret|cipher_pass|_key)[\w-]*['"]?\s*:\s*)/gi;

/** A source line as it may be shown: values of keys that sound secret become asterisks of the same length. */
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
