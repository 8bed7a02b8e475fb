import type { Facts } from '../../model/facts.ts';
import { commentLine, quoteHba } from '../../text/quote.ts';
import type { PgRole, PgsqlMember } from './members.ts';
import type { HbaRule } from './schemas.ts';

/** What address aliases stand for (pigsty.md section 5). */
export type HbaContext = {
  readonly target: 'postgres' | 'pgbouncer';
  readonly member: PgsqlMember;
  readonly members: readonly PgsqlMember[];
  readonly infraIps: Facts['infraIps'];
};

type Line = { readonly type: 'local' | 'host' | 'hostssl'; readonly address: string };

const INTRANET = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];

/** The rules as lines of pg_hba.conf, in order, each group under its title. */
export function hbaLines(rules: readonly HbaRule[], context: HbaContext): string[] {
  return rules.filter((rule) => appliesTo(rule, context.member)).flatMap((rule) => ruleLines(rule, context));
}

/** `common` and `default` rules are for everyone, the others for members of that role (pigsty.md section 5). */
function appliesTo(rule: HbaRule, member: PgsqlMember): boolean {
  const wanted = rule.role ?? 'common';
  if (wanted === 'common' || wanted === 'default') return true;
  const roles: PgRole[] = [member.role];
  if (member.settings.pg_offline_query) roles.push('offline');
  return roles.some((role) => role === wanted);
}

function ruleLines(rule: HbaRule, context: HbaContext): string[] {
  const title = rule.title ? [`# ${commentLine(rule.title)}`] : [];
  if (rule.rules) return [...title, ...rule.rules];
  const method = authMethod(rule.auth ?? 'pwd', context);
  const user = userName(rule.user ?? 'all', context);
  const database = quoteHba(rule.db ?? 'all');
  return [
    ...title,
    ...addressLines(rule.addr ?? 'local', context).map(({ type, address }) => {
      const connection = type === 'local' ? type : method.tls ? 'hostssl' : type;
      return [connection, database, user, address, method.name].filter((field) => field !== '').join(' ');
    }),
  ];
}

function userName(user: string, { member: { settings } }: HbaContext): string {
  const names: Record<string, string> = {
    '${dbsu}': settings.pg_dbsu,
    '${repl}': settings.pg_replication_username,
    '${monitor}': settings.pg_monitor_username,
    '${admin}': settings.pg_admin_username,
  };
  return quoteHba(names[user] ?? user);
}

function addressLines(address: string, { members, infraIps, member }: HbaContext): Line[] {
  const host = (range: string): Line => ({ type: 'host', address: range });
  switch (address) {
    case 'local':
      return [{ type: 'local', address: '' }];
    case 'localhost':
      return [{ type: 'local', address: '' }, host('127.0.0.1/32')];
    case 'admin':
      return [host(`${member.settings.admin_ip}/32`)];
    case 'infra':
      return infraIps.map((ip) => host(`${ip}/32`));
    case 'cluster':
      return members.map((other) => host(`${other.host.ip}/32`));
    case 'intra':
    case 'intranet':
      return INTRANET.map(host);
    case 'world':
    case 'all':
      return [host('0.0.0.0/0')];
    default:
      return [host(address.includes('/') ? address : `${address}/32`)];
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
  return methods[auth] ?? plain(auth);
}
