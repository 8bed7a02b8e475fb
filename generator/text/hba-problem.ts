import * as z from 'zod';
import { ADDRESS } from './address.ts';
import { isHostName } from './hba-address.ts';
import { type HbaWord, hbaFields } from './hba-line.ts';
import { optionProblem } from './hba-options.ts';
import { nearestName } from './nearest.ts';

/*
 * What PostgreSQL and pgbouncer take as a record (PostgreSQL manual, 20.1, and hba.c, parse_hba_line; pgbouncer(5),
 * "HBA file format"). A record that PostgreSQL refuses is an error of the whole file.
 */
export type HbaServer = 'postgres' | 'pgbouncer';

const TYPES: Readonly<Record<HbaServer, readonly string[]>> = {
  postgres: ['local', 'host', 'hostssl', 'hostnossl', 'hostgssenc', 'hostnogssenc'],
  pgbouncer: ['local', 'host', 'hostssl', 'hostnossl'],
};

/** Those that are built into Debian's packages. */
const METHODS: Readonly<Record<HbaServer, readonly string[]>> = {
  postgres: [
    ...['trust', 'reject', 'scram-sha-256', 'md5', 'password', 'gss', 'ident', 'peer'],
    ...['ldap', 'radius', 'cert', 'pam'],
  ],
  pgbouncer: ['trust', 'reject', 'scram-sha-256', 'md5', 'password', 'peer', 'cert'],
};

const INCLUDES = ['include', 'include_if_exists', 'include_dir'];

/** What is wrong with a line; undefined for a valid record or a comment. */
export function hbaProblem(text: string, server: HbaServer): string | undefined {
  if (text.endsWith('\\')) return 'the line ends with a backslash, which would join the next one to it';
  if (hasOpenQuote(text)) return 'a quote is not closed';
  const fields = hbaFields(text);
  const [type, databases, users, ...rest] = fields;
  if (!type) return undefined;
  if (server === 'pgbouncer') {
    const problem = poolProblem(text, fields);
    if (problem !== undefined) return problem;
  }
  // PostgreSQL refuses all rules if a file that they name is missing.
  if (INCLUDES.includes(textOf(type))) return 'a bundle has no other files of rules: write its rules here';
  const file = fields.flat().find((word) => word.text.startsWith('@') && !word.isQuoted);
  if (file)
    return `\`${file.text}\` is the name of a file, which a bundle does not have: write the names here`;
  const kind = oneWord(type, 'type');
  if (kind !== undefined) return kind;
  const name = textOf(type);
  if (!TYPES[server].includes(name)) return unknown('type', name, TYPES[server]);
  if (!databases) return 'the database is missing';
  if (!users) return 'the user is missing';
  if (name === 'local') return methodProblem(name, rest, server);
  const { problem, rest: last } = readAddress(rest, server);
  return problem ?? methodProblem(name, last, server);
}

/** PostgreSQL would take the rest of the line for the name. */
function hasOpenQuote(text: string): boolean {
  return /^(?:[^"#]|"[^"]*")*"[^"]*$/.test(text);
}

/** What PostgreSQL takes and pgbouncer does not. */
function poolProblem(
  text: string,
  [type, databases = [], users = [], ...rest]: readonly Field[],
): string | undefined {
  const quoted = [type, ...rest].flat().find((word) => word?.isQuoted);
  if (quoted) return `pgbouncer takes \`${quoted.text}\` without quotes only`;
  if (/,\s*,/.test(text.replaceAll(/"[^"]*"/g, 'x'))) return 'there are two commas in a row';
  const role = users.find((word) => word.text.startsWith('+') && !word.isQuoted);
  if (role) return `pgbouncer has no roles: \`${role.text}\``;
  const group = databases.find(({ text: name, isQuoted }) => /^same(?:role|group)$/.test(name) && !isQuoted);
  return group && `pgbouncer has no roles: \`${group.text}\``;
}

type Field = readonly HbaWord[];

function textOf([word]: Field): string {
  return word?.text ?? '';
}

function oneWord(field: Field, what: string): string | undefined {
  return field.length > 1 ? `the ${what} must be one word, without a comma` : undefined;
}

function unknown(what: string, name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return `unknown ${what} \`${name}\`: ${nearest ? `did you mean \`${nearest}\`?` : `one of ${known.join(', ')}`}`;
}

type ReadAddress = { readonly problem?: string | undefined; readonly rest: readonly Field[] };

/** `address`, `address/bits`, or `address mask`. */
function readAddress([address, ...rest]: readonly Field[], server: HbaServer): ReadAddress {
  if (!address) return { problem: 'the address is missing', rest };
  const several = oneWord(address, 'address');
  if (several !== undefined) return { problem: several, rest };
  const { text } = address[0] ?? { text: '' };
  if (text === 'all' || text === 'samehost' || text === 'samenet')
    return { problem: ofServer(text, server), rest };
  const [ip = '', bits, ...more] = text.split('/');
  const size = addressBits(ip);
  if (size === undefined) return { problem: nameProblem(text, server), rest };
  if (bits !== undefined) {
    const isLength = more.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= size;
    return { problem: isLength ? undefined : `\`${text}\`: the mask must be from 0 to ${size}`, rest };
  }
  const [mask, ...last] = rest;
  if (mask && addressBits(textOf(mask)) === size) return { problem: oneWord(mask, 'mask'), rest: last };
  return { problem: `\`${ip}\` has no mask: write \`${ip}/${size}\` for one address`, rest };
}

/** 32 or 128; undefined if it is no address. */
function addressBits(ip: string): 32 | 128 | undefined {
  if (ADDRESS.test(ip)) return 32;
  return z.regexes.ipv6.test(ip) ? 128 : undefined;
}

/** Names of hosts and of the server's networks are PostgreSQL's alone. */
function ofServer(text: string, server: HbaServer): string | undefined {
  return server === 'pgbouncer' && text !== 'all'
    ? `pgbouncer does not know the address \`${text}\`: name the network of the clients`
    : undefined;
}

function nameProblem(text: string, server: HbaServer): string | undefined {
  return isHostName(text) ? ofServer(text, server) : `\`${text}\` is neither an address nor a host name`;
}

function methodProblem(
  type: string,
  [method, ...options]: readonly Field[],
  server: HbaServer,
): string | undefined {
  if (!method) return 'the authentication method is missing';
  const name = textOf(method);
  const known = METHODS[server];
  if (!known.includes(name)) return unknown('authentication method', name, known);
  return (
    oneWord(method, 'authentication method') ??
    (server === 'postgres' ? placeProblem(type, name) : undefined) ??
    (server === 'pgbouncer' ? poolOptionProblem(options) : optionProblem(type, name, options.flat()))
  );
}

/** The one option that pgbouncer has, `map`, needs a file of maps. */
function poolOptionProblem([option]: readonly Field[]): string | undefined {
  return option && 'there are too many words: records of pgbouncer have no options';
}

/** Methods that are for one type of connection. */
function placeProblem(type: string, method: string): string | undefined {
  if (method === 'peer' && type !== 'local') return '`peer` is for `local` only';
  if (method === 'gss' && type === 'local') return '`gss` is not for `local`';
  if (method === 'cert' && type !== 'hostssl') return '`cert` is for `hostssl` only';
  return undefined;
}
