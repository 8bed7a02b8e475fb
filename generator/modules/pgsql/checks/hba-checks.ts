import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import type { Place } from '../../../model/origin.ts';
import type { Site } from '../../../model/site.ts';
import { coversLine, type HbaLine } from '../../../text/hba-line.ts';
import { type HbaContext, hbaContext, LIVE_ROLES, type LiveRole } from '../access/hba.ts';
import {
  type HbaQuestion,
  type HbaRecord,
  type HbaSource,
  hbaRecords,
  hbaVerdict,
  rolesOf,
} from '../access/hba-verdict.ts';
import type { PgsqlMember } from '../members.ts';
import { copiesOf } from '../topology/upstream.ts';

const rules = {
  trustWorld: rule<{ server: string }>('pgsql/trust-world', {
    severity: 'warning',
    message: ({ server }) => `anybody on the network is let into ${server} without a password`,
    label: () => '`trust` for the whole world',
    help: () => 'use `auth: ssl` or `auth: pwd`, and the narrowest `addr` that will do',
  }),
  openWorld: rule<{ server: string }>('pgsql/open-world', {
    severity: 'warning',
    message: ({ server }) => `every user of ${server} may log on from the whole world, without TLS`,
    label: () => 'for all users, from everywhere',
    help: () => 'name the users, use `auth: ssl`, or a narrower `addr`',
  }),
  shadowed: rule<{ line: string; other: string }>('pgsql/rule-shadowed', {
    severity: 'warning',
    message: ({ line }) => `the rule \`${line}\` never decides: an earlier one takes all its connections`,
    label: () => 'never reached',
    help: ({ other }) => `the earlier one is: ${other}`,
  }),
  poolGroup: rule<{ user: string }>('pgsql/pool-rule-for-role', {
    severity: 'warning',
    message: ({ user }) => `pgbouncer knows no roles: it leaves out the rule for \`${user}\``,
    label: () => 'left out',
    help: () => 'name the users, or `all`; PostgreSQL’s own rules hold for pooled connections as well',
  }),
  replication: rule<{ from: string; to: string; role: string }>('pgsql/replication-refused', {
    severity: 'error',
    message: ({ from, to, role }) => `${from} cannot replicate from ${to} when that is ${role}`,
    help: () =>
      'the rules of PostgreSQL refuse `${repl}` for `replication` from its address: add `addr: cluster`',
  }),
  monitor: rule<{ user: string; member: string }>('pgsql/monitor-refused', {
    severity: 'warning',
    message: ({ user, member }) => `${member} refuses its own monitoring user ${user}`,
    help: () => 'keep the rule for `${monitor}` from `localhost`',
  }),
  pool: rule<{ user: string; line: string | undefined }>('pgsql/pool-refused', {
    severity: 'warning',
    message: ({ user }) =>
      `pgbouncer reaches no database for user ${user}: PostgreSQL refuses that user on its socket`,
    help: ({ line }) =>
      line
        ? `the rule is: ${line}`
        : 'give the user one of the roles of pg_default_roles, or a rule with `addr: localhost`',
  }),
};

/** What the rules of a cluster let in and keep out, for each member in each role. */
export function checkHba(site: Site, members: readonly PgsqlMember[]): Diagnostic[] {
  const contexts = (target: HbaContext['target']) =>
    members.map((member) => hbaContext(target, member, site));
  const [postgres, pool] = [contexts('postgres'), contexts('pgbouncer')];
  const [first] = postgres;
  if (!first) return [];
  return [
    ...[postgres, pool].flatMap((servers) => [...checkWorld(servers), ...checkShadows(servers)]),
    ...checkPoolGroups(first.member),
    ...postgres.flatMap((context) => checkReplication(context, site)),
    ...postgres.flatMap(checkMonitor),
    ...checkPoolUsers(first),
  ];
}

const OWN = { postgres: 'pg_hba_rules', pgbouncer: 'pgb_hba_rules' } as const;

function placeOfRule(
  member: PgsqlMember,
  parameter: HbaSource['parameter'],
  index: number,
): Place | undefined {
  return member.host.parameters.place(parameter, [index]);
}

function checkWorld([first]: readonly HbaContext[]): Diagnostic[] {
  if (!first) return [];
  const { member, target: server } = first;
  return member.settings[OWN[server]].flatMap(({ addr, auth = 'pwd', user = 'all' }, index) => {
    if (addr !== 'world' && addr !== 'all' && addr !== '0.0.0.0/0') return [];
    const place = placeOfRule(member, OWN[server], index);
    if (auth === 'trust') return [rules.trustWorld.at(place, { server })];
    const isOpen = user === 'all' && !['deny', 'reject', 'ssl', 'ssl-md5', 'ssl-sha', 'cert'].includes(auth);
    return isOpen ? [rules.openWorld.at(place, { server })] : [];
  });
}

/** Rules of the inventory all of whose lines come too late, on every member and in either role. */
function checkShadows(servers: readonly HbaContext[]): Diagnostic[] {
  const [server] = servers;
  if (!server) return [];
  const { member, target } = server;
  if (member.settings[OWN[target]].length === 0) return [];
  const isIn = (user: string, role: string) => rolesOf(user, server).has(role);
  const files = servers.flatMap((context) => LIVE_ROLES.map((role) => readRecords(role, context)));
  return member.settings[OWN[target]].flatMap((_, index) => {
    const covers = files.flatMap((file) => coversOf(file, OWN[target], index, isIn));
    const [first] = covers;
    if (!first?.by || covers.some(({ by }) => by === undefined)) return [];
    const { own, by } = first;
    // One that asks for the same is only superfluous.
    if (own.method === by.method && own.type === by.type) return [];
    const place = placeOfRule(member, OWN[target], index);
    return [rules.shadowed.at(place, { line: own.line, other: by.line })];
  });
}

type ReadRecord = Omit<HbaRecord, 'parsed'> & HbaLine;

/** What is read of the rules; of pgbouncer's, those for roles are not. */
function readRecords(role: LiveRole, context: HbaContext): ReadRecord[] {
  return [...hbaRecords(role, context)].flatMap(({ parsed, ...record }) => {
    const isLeftOut =
      context.target === 'pgbouncer' && parsed?.users.some(({ text }) => text.startsWith('+'));
    return parsed && !isLeftOut ? [{ ...record, ...parsed }] : [];
  });
}

/** Each line of a rule, and the first earlier one that takes all its connections. */
function coversOf(
  file: readonly ReadRecord[],
  parameter: HbaSource['parameter'],
  index: number,
  isIn: (user: string, role: string) => boolean,
): { own: ReadRecord; by: ReadRecord | undefined }[] {
  const isOwn = ({ source }: ReadRecord) => source.parameter === parameter && source.index === index;
  return file.flatMap((own, number) => {
    if (!isOwn(own)) return [];
    const earlier = file.slice(0, number);
    return [{ own, by: earlier.find((other) => !isOwn(other) && coversLine(other, own, isIn)) }];
  });
}

function checkPoolGroups(member: PgsqlMember): Diagnostic[] {
  return member.settings.pgb_hba_rules.flatMap(({ user = '' }, index) =>
    user.startsWith('+')
      ? [rules.poolGroup.at(member.host.parameters.place('pgb_hba_rules', [index, 'user']), { user })]
      : [],
  );
}

/** From every other member, and from those of clusters that are copies of this one. */
function checkReplication(context: HbaContext, site: Site): Diagnostic[] {
  const { member: to, members } = context;
  const copies = (copiesOf(site).get(to.cluster) ?? []).flatMap((copy) => copy.members);
  return [...members, ...copies].flatMap((from) => {
    if (from === to) return [];
    const user = to.settings.pg_replication_username;
    const question = { user, database: 'replication', from: from.host.ip, isTls: true };
    const role = LIVE_ROLES.find((one) => isRefused(question, one, context));
    return role
      ? [rules.replication.at(placeOfDefaults(to), { from: from.instance, to: to.instance, role })]
      : [];
  });
}

function isRefused(question: HbaQuestion, role: LiveRole, context: HbaContext): boolean {
  return hbaVerdict(question, role, context).method === 'reject';
}

function placeOfDefaults({ host }: PgsqlMember): Place {
  return host.parameters.place('pg_default_hba_rules', [], 'key') ?? host.locate([], 'key');
}

function checkMonitor(context: HbaContext): Diagnostic[] {
  const { member } = context;
  const user = member.settings.pg_monitor_username;
  const question = { user, database: 'postgres', from: 'local', isTls: false };
  const refused = LIVE_ROLES.some((role) => isRefused(question, role, context));
  return refused ? [rules.monitor.at(placeOfDefaults(member), { user, member: member.instance })] : [];
}

/** pgbouncer connects through PostgreSQL's socket, as the user and to the database that its client named. */
function checkPoolUsers(context: HbaContext): Diagnostic[] {
  const { settings, host } = context.member;
  if (!settings.pgbouncer_enabled) return [];
  const databases = settings.pg_databases.filter(({ pgbouncer }) => pgbouncer !== false);
  return settings.pg_users.flatMap(({ name, pgbouncer }, index) => {
    if (pgbouncer !== true) return [];
    const verdicts = databases.map((database) =>
      hbaVerdict({ user: name, database: database.name, from: 'local', isTls: false }, 'primary', context),
    );
    const [first] = verdicts;
    if (!first || verdicts.some(({ method }) => method !== 'reject')) return [];
    return [
      rules.pool.at(host.parameters.place('pg_users', [index, 'name']), { user: name, line: first.line }),
    ];
  });
}
