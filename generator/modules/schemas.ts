import * as z from 'zod';
import { ADDRESS, CIDR } from '../text/address.ts';
import { normalPath } from '../text/path.ts';

/*
 * Kinds of value that parameters of several modules share. YAML numbers written as text, and text that YAML read as a
 * number, are accepted as in Ansible: the output always has one type.
 *
 * Imported as a namespace, so that the built program contains neither zod's locales nor its unused schemas.
 */
type Refusal = { readonly error: z.core.$ZodErrorMap };

/** The message of a schema: what it expects, in the operator's words. */
export function expected(what: string): Refusal {
  return {
    error: (issue) => (issue.input === undefined ? `missing, expected ${what}` : `expected ${what}`),
  };
}

/** A whole number, also as text: `5432` or `'5432'`. */
export function whole(low: number, high: number, what: string) {
  const refusal = expected(what);
  const range = z.int(refusal).min(low, refusal).max(high, refusal);
  const digits = z.string(refusal).regex(/^-?\d+$/, refusal);
  return z.union([range, digits.transform(Number).pipe(range)], refusal);
}

/** A number with a fraction, also as text. */
export function decimal(low: number, high: number) {
  const refusal = expected(`a number ${low}-${high}`);
  const range = z.number(refusal).min(low, refusal).max(high, refusal);
  const digits = z.string(refusal).regex(/^\d*\.?\d+$/, refusal);
  return z.union([range, digits.transform(Number).pipe(range)], refusal);
}

export function oneOf<const T extends readonly [string, ...string[]]>(...values: T) {
  return z.enum(values, expected(`one of ${values.join(', ')}`));
}

/** Text that matches `form`; `what` as in {@link expected}. */
export function pattern(form: RegExp, what: string) {
  return z.string(expected(what)).regex(form, expected(what));
}

/** Text that matches `form` and that YAML may have read as a number. */
export function patternOrNumber(form: RegExp, what: string) {
  const text = pattern(form, what);
  return z.union([text, z.number(expected(what)).transform(String).pipe(text)], expected(what));
}

/**
 * A key that may be absent. zod's own `exactOptional` checks an absent key like a present one and drops the errors, for
 * each of thousands of databases. YAML has no undefined values, in which the two differ.
 */
export function optional<T extends z.ZodType>(schema: T): z.ZodExactOptional<T> {
  return schema.optional() as z.ZodType as z.ZodExactOptional<T>;
}

export function listOf<T extends z.ZodType>(item: T, what: string) {
  return z.array(item, expected(`a list of ${what}`));
}

const words: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  false: false,
  no: false,
  off: false,
};

/** Quoted values, with the words of Ansible's `bool` filter. */
export const Flag = z.union(
  [z.boolean(), z.enum(Object.keys(words)).transform((word) => words[word] === true)],
  expected('true or false'),
);

/** Text of one or more lines, not empty. */
export const Text = patternOrNumber(/^[^\0]+$/, 'text that is not empty');
const LINE = 'text of one line, not empty';
/** Text for formats where a line break cannot be written. */
export const Line = patternOrNumber(/^\P{Cc}+$/u, LINE);
/** One line that a program reads; `problemOf` says what the program refuses. */
export function lineFor(problemOf: (line: string) => string | undefined) {
  return Line.superRefine((line, { addIssue }) => {
    const message = problemOf(line);
    if (message !== undefined) addIssue({ code: 'custom', message });
  });
}
/** Programs list names with commas between them. */
export const RoleName = patternOrNumber(/^[^\p{Cc},]+$/u, 'a name without commas and line breaks');
/** A line of a configuration file, which may have tabs; YAML's block scalars end with a line break. */
export const ConfigLine = z.preprocess(
  (value) => (typeof value === 'string' ? value.replace(/\n+$/, '') : value),
  patternOrNumber(/^(?:\t|\P{Cc})+$/u, LINE),
);
export const ConfigLines = listOf(
  ConfigLine.refine((line) => !line.endsWith('\\'), {
    error: 'expected a line without a backslash at its end, which would join the next line to it',
  }),
  'lines',
);
/** A value of a configuration file. */
export const LineScalar = z.union(
  [ConfigLine, z.number(), z.boolean(), z.literal('')],
  expected('text of one line, a number, true or false'),
);
export const AnyText = patternOrNumber(/^[^\0]*$/, 'text');
/** The end of a DNS name, after the name of a cluster. */
export const DnsSuffix = pattern(/^[A-Za-z0-9.-]*$/, 'the end of a DNS name, as .example.org');
export const Texts = listOf(Text, 'texts');
export const Scalar = z.union(
  [z.string(), z.number(), z.boolean()],
  expected('text, a number, true or false'),
);

const HIGHEST = 2 ** 31 - 1;
export const Port = whole(1, 65_535, 'a port 1-65535');
export const Count = whole(0, HIGHEST, 'a whole number, 0 or more');
export const Positive = whole(1, HIGHEST, 'a whole number, 1 or more');
/** A limit, -1 for none, as in PostgreSQL's CONNECTION LIMIT. */
export const Limit = whole(-1, HIGHEST, 'a whole number, -1 for no limit');
export const UserId = whole(1, 65_533, 'a user id 1-65533');

export const Ip = pattern(ADDRESS, 'an IPv4 address');
export const IpOrNone = pattern(new RegExp(`^$|${ADDRESS.source}`), 'an IPv4 address, or empty text');
/** An IPv4 address, or a name of DNS. */
const SERVER = 'an IPv4 address or a host name';
export const ServerAddress = pattern(/^(?=.{1,253}$)[A-Za-z\d](?:[\w.-]*[A-Za-z\d])?$/, SERVER).refine(
  (text) => /[A-Za-z]/.test(text) || ADDRESS.test(text),
  expected(SERVER),
);
export const Cidr = pattern(CIDR, 'an IPv4 address with its mask, as 10.10.10.2/24');

/**
 * No white space, `%`, `:`, `$` or quotes: they have a special meaning in units, manifests and lists of paths. No `..`:
 * root would have to follow the way to it. One place has one path, without doubled slashes and without one at the end.
 */
export const AbsolutePath = pattern(
  /^(?!.*\/\.\.(?:\/|$))\/[A-Za-z0-9._@+=,/-]*$/,
  'an absolute path of letters, digits and . _ - @ + = , without `..`',
).transform(normalPath);
export const Url = pattern(/^https?:\/\/\S+$/, 'an http or https address');
export const UrlOrNone = pattern(/^(?:https?:\/\/\S+)?$/, 'an http or https address, or empty text');
/** Accounts that every Debian or EL host has for itself (base-passwd, setup, and what their base systems add). */
const SYSTEM_ACCOUNTS: ReadonlySet<string> = new Set(
  (
    'root daemon bin sys sync games man lp mail news uucp proxy www-data backup list irc gnats nobody _apt adm shutdown ' +
    'halt operator ftp messagebus dbus sshd tss polkitd uuidd tcpdump syslog landscape sssd rpc rpcuser unbound'
  ).split(' '),
);

export function isSystemAccount(name: string): boolean {
  return SYSTEM_ACCOUNTS.has(name) || name.startsWith('systemd-');
}

/** An account for services and operators: its name is free on the host, or theirs (useradd(8)). */
export const SystemUser = pattern(
  /^[a-z_][a-z0-9_-]{0,31}$/,
  'an account name: lower-case letters, digits, _ and -, at most 32',
).refine((name) => !isSystemAccount(name), {
  error: ({ input }) => `\`${input}\` is an account of the system`,
});
/** A name that becomes part of host, service and file names. */
export const ClusterName = pattern(/^[a-zA-Z0-9][a-zA-Z0-9-]*$/, 'a name of letters, digits and -');
export const Interval = patternOrNumber(
  // Each number but the last has its unit: otherwise one row of digits could be read in very many ways.
  /^(?=.)(?:\d+(?:\.\d+)?\s?(?:us|ms|s|min|m|h|d|w|y)\s?)*(?:\d+(?:\.\d+)?)?$/,
  'a time span, as 30s, 24h or 15d',
);
export const Size = patternOrNumber(/^\d+(?:\.\d+)?\s?(?:[KMGT]i?)?B?$/i, 'a size, as 64MiB or 1GB');

/** Files with passwords have one a line. */
export const Password = patternOrNumber(/^(?:\t|\P{Cc})+$/u, 'a password of one line, not empty');
export const PasswordOrNone = patternOrNumber(/^(?:\t|\P{Cc})*$/u, 'a password, or empty text for none');

/** A dictionary whose keys are ports. */
export function byPort<T extends z.ZodType>(item: T) {
  const refusal = expected('a dictionary with ports 1-65535 as keys');
  const port = z.string().refine((key) => Port.safeParse(key).success, refusal);
  return z.record(port, item, refusal);
}

/** Replaced after the schema has checked the value (pigsty.md section 1). */
export const ADMIN_IP = '${admin_ip}';

/** What the pattern has refused is not refused again. */
export const isOneLine = (line: string) => !/[^\P{Cc}\t]/u.test(line);

/** A line of hosts(5): an address and its names, or a comment. */
export const HostsLine = ConfigLine.refine(isHostsLine, expected('a line of /etc/hosts: `10.10.10.10 name`'));

function isHostsLine(line: string): boolean {
  if (!isOneLine(line)) return true;
  const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
  if (address === '') return true;
  const isAddress = address === ADMIN_IP || ADDRESS.test(address) || z.ipv6().safeParse(address).success;
  return isAddress && names.length > 0 && names.every((name) => /^[A-Za-z0-9_](?:[\w.-]*\w)?$/.test(name));
}
