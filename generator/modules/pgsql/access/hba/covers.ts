import { coversNetwork } from '../../../../text/address.ts';
import type { HbaLine, HbaWord } from '../../../../text/hba-line.ts';

/** Whether a user has a role, directly or through others. */
export type HasRole = (user: string, role: string) => boolean;

/** Whether the first line matches every connection that the second line matches. */
export function coversLine(a: HbaLine, b: HbaLine, hasRole: HasRole): boolean {
  return (
    (a.type === b.type || (a.type === 'host' && b.type.startsWith('host'))) &&
    coversAddress(a.address, b.address) &&
    b.databases.every((word) => a.databases.some((wide) => coversDatabase(wide, word))) &&
    b.users.every((word) => a.users.some((wide) => coversUser(wide, word, hasRole)))
  );
}

const KEYWORDS = new Set(['all', 'sameuser', 'samerole', 'samegroup', 'replication']);

function isSame(a: HbaWord, b: HbaWord): boolean {
  return a.text === b.text && (a.isQuoted === b.isQuoted || !KEYWORDS.has(a.text));
}

/** `all` does not match physical replication. */
function coversDatabase(a: HbaWord, b: HbaWord): boolean {
  const isReplication = b.text === 'replication' && !b.isQuoted;
  return isSame(a, b) || (a.text === 'all' && !a.isQuoted && !isReplication);
}

function coversUser(a: HbaWord, b: HbaWord, hasRole: HasRole): boolean {
  if (isSame(a, b) || (a.text === 'all' && !a.isQuoted)) return true;
  const isName = b.isQuoted || !(b.text.startsWith('+') || b.text.startsWith('/') || b.text === 'all');
  return !a.isQuoted && a.text.startsWith('+') && isName && hasRole(b.text, a.text.slice(1));
}

/** Whether one client address contains another: CIDR, address or `all`; undefined is the Unix socket. */
export function coversAddress(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a === 'all' || a === b || coversNetwork(a, b);
}
