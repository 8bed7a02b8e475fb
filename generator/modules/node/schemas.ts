import * as z from 'zod';
import { platformNames } from '../../distributions/index.ts';
import { balanceProblem, listenLineProblem, serverOptionsProblem } from '../../text/haproxy-words.ts';
import {
  ADMIN_IP,
  ConfigLine,
  expected,
  Flag,
  Ip,
  isOneLine,
  Line,
  lineFor,
  listOf,
  oneOf,
  optional,
  Port,
  Positive,
  pattern,
  whole,
} from '../schemas.ts';

const Name = pattern(/^[\w.:-]+$/, 'a name of letters, digits, _ . : and -');

const HaproxyServer = z.strictObject(
  {
    name: Name,
    ip: Ip,
    port: Port,
    backup: optional(Flag),
    weight: optional(whole(0, 256, 'a weight 0-256')),
    options: optional(lineFor(serverOptionsProblem)),
  },
  expected('{ name, ip, port, … }'),
);

/** Settings of HAProxy: Pigsty's code reads them here, its documentation has them one level higher. */
const Nested = z.strictObject(
  { balance: optional(lineFor(balanceProblem)), maxconn: optional(Positive) },
  expected('{ balance, maxconn }'),
);

/** A line of authorized_keys, options before the key included (sshd(8)). */
const KEY_LINE = /^(?:\P{Cc}+ )?((?:ssh|ecdsa|sk-ssh|sk-ecdsa)-[\w@.-]+) ([A-Za-z0-9+/=]+)(?: \P{Cc}*)?$/u;
export const PublicKey = pattern(KEY_LINE, 'an ssh public key: `ssh-ed25519 AAAA… comment`').refine(
  isWholeKey,
  expected('a complete ssh public key: its data does not match its type'),
);

/** The data begins with the length and the name of the key's type (RFC 4253, 6.6), and has more than that. */
function isWholeKey(line: string): boolean {
  const [, type, data] = KEY_LINE.exec(line) ?? [];
  if (type === undefined || data === undefined) return true;
  const bytes = Buffer.from(data, 'base64');
  const end = 4 + type.length;
  return (
    bytes.length > end + 32 &&
    bytes.readUInt32BE(0) === type.length &&
    bytes.toString('latin1', 4, end) === type
  );
}

/** A line of modules-load.d(5). */
export const KernelModule = ConfigLine.refine(
  (line) => !isOneLine(line) || /^\s*(?:[\w-]+|[#;].*)?\s*$/.test(line),
  expected('a name of a kernel module, as ip_vs'),
);

/** libc accepts IPv4 and IPv6 (resolv.conf(5)). */
export const NameServer = z.union([Ip, z.ipv6(), z.literal(ADMIN_IP)], expected('an address, as 192.0.2.53'));

export const ResolverLine = pattern(
  /^(?:options|search|domain|sortlist)(?: [\w.:/-]+)+$/,
  'a line of resolv.conf: `options timeout:1`, `search example.com`',
);

/** Options of a source that depend on no other line (chrony.conf(5), 4.6). */
const SOURCE_FLAG =
  'iburst|burst|offline|auto_offline|prefer|noselect|trust|require|xleave|nts|copy|ipv4|ipv6';
const SOURCE_NUMBER =
  'port|version|minpoll|maxpoll|polltarget|maxsources|maxunreach|minstratum|minsamples|maxsamples|filter|presend|' +
  'maxdelay|maxdelayratio|maxdelaydevratio|maxdelayquant|mindelay|asymmetry|offset|ntsport';

export const TimeSource = pattern(
  new RegExp(
    `^(?:server|pool|peer) (?:[A-Za-z0-9.:-]+|\\$\\{admin_ip\\})(?: (?:${SOURCE_FLAG}|(?:${SOURCE_NUMBER}) -?[\\d.]+))*$`,
  ),
  'a source of chrony.conf: `pool pool.ntp.org iburst`, `server 192.0.2.1`',
);

const ARCHIVES_OF_PLATFORMS = /^(?!(?:debian|debian-security)$)[a-z0-9][a-z0-9-]*$/;

/** A package archive in Debian's form; `key` is a file beside the inventory, as `gpg --armor --export` writes it. */
export const PackageSource = z.strictObject(
  {
    name: pattern(ARCHIVES_OF_PLATFORMS, 'a unique name of lower-case letters, digits and -'),
    url: pattern(
      /^(?:https?:\/\/(?![^/]*@)|file:\/)[^\s'"]+$/,
      'an address, as https://apt.example.com/debian; names and passwords for it go into /etc/apt/auth.conf',
    ),
    suite: pattern(
      /^(?:\.\/|\w[\w.-]*(?:\/[\w.-]+)*)$/,
      'the name of a suite, as trixie-pgdg; `./` for an archive without suites',
    ),
    component: optional(pattern(/^[\w.-]+$/, 'the name of a component')),
    key: Line,
    platform: optional(oneOf(...platformNames)),
    packages: optional(
      listOf(pattern(/^[a-z0-9*][a-z0-9*+.-]*$/, 'a name of packages, `*` for any characters'), 'names'),
    ),
  },
  expected('{ name, url, suite, component, key, platform, packages }'),
);
/** Recipe of an image -> the release that its packages are of. */
export const ImagePlatforms = z.record(
  z.string(),
  oneOf(...platformNames),
  expected('a dictionary of platforms by image recipe, as { postgres: debian14 }'),
);

export type PackageSource = z.infer<typeof PackageSource>;

/** An address of `bind`; HAProxy also listens on sockets (its manual, "bind"). */
const BindAddress = pattern(/^(?:\*|[\w.:@/[\]-]+)$/, 'an address, or * for all');

/** One entry of `haproxy_services`; `options` are verbatim lines of the `listen` section. */
export const HaproxyService = z.strictObject(
  {
    name: Name,
    port: Port,
    ip: optional(BindAddress),
    protocol: optional(oneOf('tcp', 'http')),
    balance: optional(lineFor(balanceProblem)),
    maxconn: optional(Positive),
    haproxy: optional(Nested),
    options: optional(listOf(lineFor(listenLineProblem), 'lines')),
    default: optional(lineFor(serverOptionsProblem)),
    servers: optional(listOf(HaproxyServer, 'servers')),
  },
  expected('{ name, port, servers, … }'),
);
export type HaproxyService = z.infer<typeof HaproxyService>;
