import { ownValue } from '../../../../model/own-value.ts';
import { hbaAddress } from '../../../../text/hba-address.ts';
import { type HbaLine, hbaWord, readHbaLine } from '../../../../text/hba-line.ts';
import type { HbaRule } from '../../params/schemas.ts';
import type { HbaContext } from './context.ts';

/** One line of pg_hba.conf, made from the fields of a rule, or a raw line of the inventory. */
export type HbaRecord =
  | { readonly line: HbaLine; readonly raw?: undefined }
  /** Printed verbatim; without `line` it is a comment, or syntax that only the server knows. */
  | { readonly line: HbaLine | undefined; readonly raw: string };

/** Default rules are the same objects for every host, and most of them give the same records. */
const known = new WeakMap<HbaRule, Map<string, readonly HbaRecord[]>>();

/** The records of one rule: one for each address of its `addr`. */
export function ruleRecords(rule: HbaRule, context: HbaContext): readonly HbaRecord[] {
  const byKey = known.get(rule) ?? new Map<string, readonly HbaRecord[]>();
  known.set(rule, byKey);
  const key = rule.addr === 'cluster' ? keyInCluster(context) : context.key;
  const records = byKey.get(key) ?? makeRecords(rule, context);
  byKey.set(key, records);
  return records;
}

function keyInCluster({ key, members }: HbaContext): string {
  return [key, ...members.map(({ host }) => host.ip)].join('\0');
}

function makeRecords(rule: HbaRule, context: HbaContext): readonly HbaRecord[] {
  if (rule.rules) return rule.rules.map((raw) => ({ line: readHbaLine(raw), raw }));
  const { name: method, tls } = authMethod(rule.auth ?? 'pwd', context);
  const users = names(rule.user ?? 'all').map((name) => hbaWord(userName(name, context)));
  const databases = names(rule.db ?? 'all').map(hbaWord);
  return addresses(rule.addr ?? 'local', context).map((address) => {
    const type = address === undefined ? 'local' : tls ? 'hostssl' : 'host';
    return { line: { type, databases, users, address, method, options: [] } };
  });
}

/** `a,b` is two names, as in the file itself. */
function names(list: string): readonly string[] {
  return list.split(',').map((name) => name.trim());
}

/** Stand for the names of system users. */
export const HBA_VARIABLES = ['${dbsu}', '${repl}', '${monitor}', '${admin}'] as const;

function userName(user: string, { member: { settings } }: HbaContext): string {
  const variables: Record<(typeof HBA_VARIABLES)[number], string> = {
    '${dbsu}': settings.pg_dbsu,
    '${repl}': settings.pg_replication_username,
    '${monitor}': settings.pg_monitor_username,
    '${admin}': settings.pg_admin_username,
  };
  return ownValue<string>(variables, user) ?? user;
}

const INTRANET = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];

/** Networks in CIDR form; undefined is the Unix socket. */
function addresses(
  alias: string,
  { members, infraIps, member }: HbaContext,
): readonly (string | undefined)[] {
  switch (alias) {
    case 'local':
      return [undefined];
    case 'localhost':
      return [undefined, '127.0.0.1/32'];
    case 'admin':
      return [`${member.settings.admin_ip}/32`];
    case 'infra':
      return infraIps.map((ip) => `${ip}/32`);
    case 'cluster':
      return members.map(({ host }) => `${host.ip}/32`);
    case 'intra':
    case 'intranet':
      return INTRANET;
    case 'world':
    case 'all':
      return ['0.0.0.0/0'];
    default:
      return [hbaAddress(alias)];
  }
}

type Method = { readonly name: string; readonly tls: boolean };

function authMethod(auth: string, { member, target }: HbaContext): Method {
  const password = member.settings.pg_pwd_enc;
  const plain = (name: string): Method => ({ name, tls: false });
  const tls = (name: string): Method => ({ name, tls: true });
  const methods: Record<string, Method> = {
    pwd: plain(password),
    ssl: tls(password),
    'ssl-md5': tls('md5'),
    'ssl-sha': tls('scram-sha-256'),
    cert: tls('cert'),
    sha: plain('scram-sha-256'),
    md5: plain('md5'),
    deny: plain('reject'),
    trust: plain('trust'),
    peer: plain('peer'),
    os: plain(target === 'pgbouncer' ? 'peer' : 'ident'),
    ident: plain(target === 'pgbouncer' ? 'peer' : 'ident'),
  };
  return ownValue(methods, auth) ?? plain(auth);
}
