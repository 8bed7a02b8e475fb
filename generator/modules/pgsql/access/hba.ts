import { infraIps } from '../../../model/infra.ts';
import type { Site } from '../../../model/site.ts';
import { commentLine, quoteHbaList } from '../../../text/quote.ts';
import { clusterMembers, type PgRole, type PgsqlMember } from '../members.ts';
import type { HbaRule } from '../params/schemas.ts';
import { citusRules, otherParts } from '../topology/citus.ts';

/** What address aliases stand for (pigsty.md section 5). */
export type HbaContext = {
  readonly target: 'postgres' | 'pgbouncer';
  readonly member: PgsqlMember;
  readonly members: readonly PgsqlMember[];
  readonly otherParts: readonly PgsqlMember[];
  readonly infraIps: readonly string[];
};

/** What the rules of one server of a member are read in. */
export function hbaContext(target: HbaContext['target'], member: PgsqlMember, site: Site): HbaContext {
  const members = clusterMembers(site, member.cluster);
  return { target, member, members, otherParts: otherParts(member, site), infraIps: infraIps(site) };
}

/** Of PostgreSQL; the default rules of the inventory come before its own, as in Pigsty. */
export function postgresRules({ member, otherParts: others }: HbaContext): readonly HbaRule[] {
  const { pg_default_hba_rules: defaults, pg_hba_rules: own } = member.settings;
  return [...citusRules(member, others), ...defaults, ...own];
}

type Line = { readonly type: 'local' | 'host' | 'hostssl'; readonly address: string };

const INTRANET = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];

/** A member is one of these at a time, and changes between them; Patroni calls on-role.sh when it does. */
export const LIVE_ROLES = ['primary', 'replica'] as const;
export type LiveRole = (typeof LIVE_ROLES)[number];

/** The rules of a member while it has that role, as lines, in order, each group under its title. */
export function hbaLines(rules: readonly HbaRule[], context: HbaContext, role: LiveRole): string[] {
  return rules
    .filter((rule) => holds(rule, context.member, role))
    .flatMap((rule) => ruleLines(rule, context));
}

/** Whether a rule is one of a member that has this role now. */
export function holds(rule: HbaRule, member: PgsqlMember, role: LiveRole): boolean {
  const wanted = liveRole(rule);
  return (wanted === undefined || wanted === role) && appliesTo(rule, member);
}

/**
 * pg_hba.conf with the rules that hold in any role; where rules of one role stand, it includes a file that follows the
 * role (PostgreSQL 16 and newer). {@link roleRules} has what those files hold.
 */
export function roleNeutralLines(rules: readonly HbaRule[], context: HbaContext): string[] {
  let includes = 0;
  return stretches(rules, context).flatMap(({ isLive, rules: part }) => {
    if (!isLive) return part.flatMap((rule) => ruleLines(rule, context));
    includes += 1;
    return [`include_if_exists ${ROLE_LINK}/hba-${includes}.conf`];
  });
}

/** Where rules of the present role are found: on-role.sh turns this link. */
export const ROLE_LINK = '/run/postgresql/role';

/** The lines of `hba-1.conf`, `hba-2.conf` … while the member has that role; a file may be empty. */
export function roleRules(rules: readonly HbaRule[], context: HbaContext, role: LiveRole): string[][] {
  return stretches(rules, context)
    .filter(({ isLive }) => isLive)
    .map(({ rules: part }) => hbaLines(part, context, role));
}

type Stretch = { readonly isLive: boolean; readonly rules: HbaRule[] };

/** The rules that apply to the member, cut where rules for all roles and rules for one meet. */
function stretches(rules: readonly HbaRule[], { member }: HbaContext): Stretch[] {
  const result: Stretch[] = [];
  for (const rule of rules.filter((candidate) => appliesTo(candidate, member))) {
    const isLive = liveRole(rule) !== undefined;
    const last = result.at(-1);
    if (last?.isLive === isLive) last.rules.push(rule);
    else result.push({ isLive, rules: [rule] });
  }
  return result;
}

function liveRole({ role }: HbaRule): LiveRole | undefined {
  return LIVE_ROLES.find((live) => live === role);
}

/** `common` and `default` rules are for everyone, the others for members of that role (pigsty.md section 5). */
function appliesTo(rule: HbaRule, member: PgsqlMember): boolean {
  const wanted = rule.role ?? 'common';
  if (wanted === 'common' || wanted === 'default' || liveRole(rule) !== undefined) return true;
  const roles: PgRole[] = [member.role];
  if (member.settings.pg_offline_query) roles.push('offline');
  return roles.some((role) => role === wanted);
}

/** One rule as lines, under its title. */
export function ruleLines(rule: HbaRule, context: HbaContext): string[] {
  const title = rule.title ? [`# ${commentLine(rule.title)}`] : [];
  if (rule.rules) return [...title, ...rule.rules];
  const method = authMethod(rule.auth ?? 'pwd', context);
  const user = userName(rule.user ?? 'all', context);
  const database = quoteHbaList(rule.db ?? 'all');
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
  return quoteHbaList(names[user] ?? user);
}

function addressLines(address: string, { members, infraIps: infra, member }: HbaContext): Line[] {
  const host = (range: string): Line => ({ type: 'host', address: range });
  switch (address) {
    case 'local':
      return [{ type: 'local', address: '' }];
    case 'localhost':
      return [{ type: 'local', address: '' }, host('127.0.0.1/32')];
    case 'admin':
      return [host(`${member.settings.admin_ip}/32`)];
    case 'infra':
      return infra.map((ip) => host(`${ip}/32`));
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
