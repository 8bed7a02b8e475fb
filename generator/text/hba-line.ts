import { coversNetwork, isHostIp, maskLength } from './address.ts';

/** One record of pg_hba.conf; lists hold what commas separate. A word in quotes is a name, whatever it looks like. */
export type HbaLine = {
  readonly type: string;
  readonly databases: readonly HbaWord[];
  readonly users: readonly HbaWord[];
  /** CIDR, `all`, or what it is; absent for `local`. */
  readonly address: string | undefined;
  readonly method: string;
};

export type HbaWord = { readonly text: string; readonly isQuoted: boolean };

/** Reads a line of pg_hba.conf; undefined for a comment, an empty line, and what is no record (PostgreSQL manual, 20.1). */
export function parseHbaLine(line: string): HbaLine | undefined {
  const [type, databases, users, ...rest] = fields(line);
  const [kind] = type ?? [];
  if (!kind || !databases || !users) return undefined;
  if (kind.text === 'local') return record(kind.text, databases, users, undefined, rest);
  const [first, second, ...others] = rest;
  const address = first?.[0]?.text;
  const mask = second?.[0]?.text;
  if (address === undefined) return undefined;
  // `address mask` in two fields is the older form.
  return mask !== undefined && isHostIp(mask)
    ? record(kind.text, databases, users, `${address}/${maskLength(mask)}`, others)
    : record(kind.text, databases, users, address, rest.slice(1));
}

function record(
  type: string,
  databases: readonly HbaWord[],
  users: readonly HbaWord[],
  address: string | undefined,
  [method]: readonly (readonly HbaWord[])[],
): HbaLine | undefined {
  const name = method?.[0]?.text;
  return name === undefined ? undefined : { type, databases, users, address, method: name };
}

const WORD = /"((?:[^"]|"")*)"|([^\s,"#]+)/y;
const COMMA = /\s*,\s*/y;
const SPACE = /\s+/y;

/** White space separates fields, commas the words of one. */
function fields(line: string): HbaWord[][] {
  const result: HbaWord[][] = [];
  let position = 0;
  let isNext = true;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = position;
    const match = pattern.exec(line);
    if (match) position = pattern.lastIndex;
    return match;
  };
  take(SPACE);
  for (;;) {
    const word = take(WORD);
    if (!word) return result;
    const quoted = word[1]?.replaceAll('""', '"');
    const found = { text: quoted ?? word[2] ?? '', isQuoted: quoted !== undefined };
    if (isNext) result.push([found]);
    else result.at(-1)?.push(found);
    isNext = !take(COMMA);
    if (isNext && !take(SPACE)) return result;
  }
}

/** Whether the first line takes every connection that the second one would; `isIn` says who is a member of a role. */
export function coversLine(a: HbaLine, b: HbaLine, isIn: (user: string, role: string) => boolean): boolean {
  return (
    (a.type === b.type || (a.type === 'host' && b.type.startsWith('host'))) &&
    coversAddress(a.address, b.address) &&
    b.databases.every((word) => a.databases.some((wide) => coversDatabase(wide, word))) &&
    b.users.every((word) => a.users.some((wide) => coversUser(wide, word, isIn)))
  );
}

function isSame(a: HbaWord, b: HbaWord): boolean {
  return a.text === b.text && (a.isQuoted === b.isQuoted || !KEYWORDS.has(a.text));
}

const KEYWORDS = new Set(['all', 'sameuser', 'samerole', 'samegroup', 'replication']);

/** `all` does not stand for physical replication. */
function coversDatabase(a: HbaWord, b: HbaWord): boolean {
  const isReplication = b.text === 'replication' && !b.isQuoted;
  return isSame(a, b) || (a.text === 'all' && !a.isQuoted && !isReplication);
}

function coversUser(a: HbaWord, b: HbaWord, isIn: (user: string, role: string) => boolean): boolean {
  if (isSame(a, b) || (a.text === 'all' && !a.isQuoted)) return true;
  const isName = b.isQuoted || !(b.text.startsWith('+') || b.text.startsWith('/') || b.text === 'all');
  return !a.isQuoted && a.text.startsWith('+') && isName && isIn(b.text, a.text.slice(1));
}

/** Whether one place that clients come from holds another: CIDR, address or `all`; undefined is the Unix socket. */
export function coversAddress(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a === 'all' || a === b || coversNetwork(a, b);
}
