import { isHostIp, maskLength } from './address.ts';
import { oneLine } from './one-line.ts';

/** One record of pg_hba.conf (PostgreSQL manual, 20.1): type, databases, users and address of a connection, and its authentication method. */
export type HbaLine = {
  /** `local`, `host`, `hostssl` …; an unknown type matches no connection. */
  readonly type: string;
  readonly databases: readonly HbaWord[];
  readonly users: readonly HbaWord[];
  /** CIDR, `all`, `samenet`, a host name …; absent for `local`. */
  readonly address: string | undefined;
  readonly method: string;
  /** `name=value` each. */
  readonly options: readonly HbaWord[];
};

/** A word that begins with a quote is always a name: `"all"` is a database of that name. */
export type HbaWord = { readonly text: string; readonly isQuoted: boolean };

/** A name or keyword in its shortest form. In quotes, a keyword is a name; only names that need quotes have them. */
export function hbaWord(text: string): HbaWord {
  return { text, isQuoted: !/^[A-Za-z0-9_+./:-]+$/.test(text) };
}

/** The line in pg_hba.conf. */
export function printHbaLine({ type, databases, users, address, method, options }: HbaLine): string {
  const list = (words: readonly HbaWord[]) => words.map(printWord).join(',');
  const place = address === undefined ? [] : [address];
  const fields = [type, list(databases), list(users), ...place, method, ...options.map(printWord)];
  return oneLine(fields.join(' '), 'pg_hba.conf');
}

/** Quotes may begin inside a word, so that its first character keeps its meaning, as in `+"odd role"`. */
function printWord({ text, isQuoted }: HbaWord): string {
  if (isQuoted) return quote(text);
  return /[\s,"#]/.test(text) ? `${text.slice(0, 1)}${quote(text.slice(1))}` : text;
}

function quote(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** Reads a line of pg_hba.conf; undefined for a comment, an empty line or an invalid record. */
export function readHbaLine(line: string): HbaLine | undefined {
  const [type, databases, users, ...rest] = hbaFields(line);
  const [kind] = type ?? [];
  if (!kind || !databases || !users) return undefined;
  const who = { type: kind.text, databases, users };
  if (kind.text === 'local') return withMethod({ ...who, address: undefined }, rest);
  const [address, mask] = rest.map(([word]) => word?.text);
  if (address === undefined) return undefined;
  // `address mask` in two fields is the older form.
  return mask !== undefined && isHostIp(mask)
    ? withMethod({ ...who, address: `${address}/${maskLength(mask)}` }, rest.slice(2))
    : withMethod({ ...who, address }, rest.slice(1));
}

function withMethod(
  who: Omit<HbaLine, 'method' | 'options'>,
  [method, ...options]: readonly (readonly HbaWord[])[],
): HbaLine | undefined {
  const name = method?.[0]?.text;
  return name === undefined ? undefined : { ...who, method: name, options: options.flat() };
}

/** White space separates fields, commas separate the words of one field, `#` begins a comment (PostgreSQL, hba.c, next_token). */
export function hbaFields(line: string): HbaWord[][] {
  const result: HbaWord[][] = [];
  let isNext = true;
  for (const [, word, comma, comment] of line.matchAll(TOKEN)) {
    if (word === undefined) {
      if (comment !== undefined) break;
      continue;
    }
    if (isNext) result.push([readWord(word)]);
    else result.at(-1)?.push(readWord(word));
    isNext = comma === undefined;
  }
  return result;
}

/** A word with the comma directly after it, or a comment. A quote that nothing closes ends with the line. */
const TOKEN = /((?:"(?:[^"]|"")*(?:"|$)|[^ \t\r\n,"#])+)(,)?|(#)/g;

function readWord(word: string): HbaWord {
  const text = word.replaceAll(/"((?:[^"]|"")*)(?:"|$)/g, (_, inner: string) => inner.replaceAll('""', '"'));
  return { text, isQuoted: word.startsWith('"') };
}
