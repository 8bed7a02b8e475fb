import { rule } from '../../diagnostics/rule.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Place } from '../../model/origin.ts';
import type { Site } from '../../model/site.ts';
import { coversLine, parseHbaLine } from '../../text/hba-line.ts';
import { LIVE_ROLES } from './hba.ts';
import {
  type HbaQuestion,
  type HbaRecord,
  type HbaSource,
  hbaRecords,
  hbaVerdict,
  rolesOf,
} from './hba-verdict.ts';
import type { PgsqlMember } from './members.ts';

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
  const [first] = members;
  if (!first) return [];
  const infraIps = site.hosts.filter(({ groups }) => groups.includes('infra')).map(({ ip }) => ip);
  const records = (server: Server) =>
    members.flatMap((member) =>
      LIVE_ROLES.map((role) => hbaRecords(server, role, member, members, infraIps)),
    );
  const [postgres, pool] = [records('postgres'), records('pgbouncer')];
  return [
    ...(['postgres', 'pgbouncer'] as const).flatMap((server) => [
      ...checkWorld(first, server),
      ...checkShadows(first, server === 'postgres' ? postgres : pool, server),
    ]),
    ...checkPoolGroups(first),
    ...checkReplication(members, infraIps),
    ...checkMonitor(members, infraIps),
    ...checkPoolUsers(first, members, infraIps),
  ];
}

type Server = 'postgres' | 'pgbouncer';
const OWN = { postgres: 'pg_hba_rules', pgbouncer: 'pgb_hba_rules' } as const;

function placeOf(member: PgsqlMember, parameter: HbaSource['parameter'], index: number): Place | undefined {
  return member.host.parameters.place(parameter, [index]);
}

function checkWorld(member: PgsqlMember, server: Server): Diagnostic[] {
  return member.settings[OWN[server]].flatMap(({ addr, auth = 'pwd', user = 'all' }, index) => {
    if (addr !== 'world' && addr !== 'all' && addr !== '0.0.0.0/0') return [];
    const place = placeOf(member, OWN[server], index);
    if (auth === 'trust') return [rules.trustWorld.at(place, { server })];
    const isOpen = user === 'all' && !['deny', 'reject', 'ssl', 'ssl-md5', 'ssl-sha', 'cert'].includes(auth);
    return isOpen ? [rules.openWorld.at(place, { server })] : [];
  });
}

/** Rules of the inventory all of whose lines come too late, on every member and in either role. */
function checkShadows(
  member: PgsqlMember,
  files: readonly (readonly HbaRecord[])[],
  server: Server,
): Diagnostic[] {
  return member.settings[OWN[server]].flatMap((_, index) => {
    const covers = files.flatMap((file) => coversOf(file, OWN[server], index, member));
    const [first] = covers;
    if (!first?.by || covers.some(({ by }) => by === undefined)) return [];
    const [own, other] = [first.line, first.by].map(parseHbaLine);
    // One that asks for the same is only superfluous.
    if (own?.method === other?.method && own?.type === other?.type) return [];
    const place = placeOf(member, OWN[server], index);
    return [rules.shadowed.at(place, { line: first.line, other: first.by })];
  });
}

/** Each line of a rule, and the first earlier one that takes all its connections. */
function coversOf(
  file: readonly HbaRecord[],
  parameter: HbaSource['parameter'],
  index: number,
  member: PgsqlMember,
): { line: string; by: string | undefined }[] {
  const isOwn = ({ source }: HbaRecord) => source.parameter === parameter && source.index === index;
  const isIn = (user: string, role: string) => rolesOf(user, member.settings).has(role);
  return file.flatMap((record, number) => {
    const parsed = isOwn(record) ? parseHbaLine(record.line) : undefined;
    if (!parsed) return [];
    const earlier = file.slice(0, number).find((other) => {
      const line = isOwn(other) ? undefined : parseHbaLine(other.line);
      return line !== undefined && coversLine(line, parsed, isIn);
    });
    return [{ line: record.line, by: earlier?.line }];
  });
}

function checkPoolGroups(member: PgsqlMember): Diagnostic[] {
  return member.settings.pgb_hba_rules.flatMap(({ user = '' }, index) =>
    user.startsWith('+')
      ? [rules.poolGroup.at(member.host.parameters.place('pgb_hba_rules', [index, 'user']), { user })]
      : [],
  );
}

function checkReplication(members: readonly PgsqlMember[], infraIps: Infra): Diagnostic[] {
  return members.flatMap((to) =>
    members.flatMap((from) => {
      if (from === to) return [];
      const question = {
        user: to.settings.pg_replication_username,
        database: 'replication',
        from: from.host.ip,
        isTls: true,
      };
      const role = LIVE_ROLES.find((one) => isRefused(question, one, to, members, infraIps));
      const { parameters, locate } = to.host;
      const place = parameters.place('pg_default_hba_rules', [], 'key') ?? locate([], 'key');
      return role ? [rules.replication.at(place, { from: from.instance, to: to.instance, role })] : [];
    }),
  );
}

type Infra = readonly PgsqlMember['host']['ip'][];

function isRefused(
  question: HbaQuestion,
  role: (typeof LIVE_ROLES)[number],
  member: PgsqlMember,
  members: readonly PgsqlMember[],
  infraIps: Infra,
): boolean {
  return hbaVerdict(question, 'postgres', role, member, members, infraIps).method === 'reject';
}

function checkMonitor(members: readonly PgsqlMember[], infraIps: Infra): Diagnostic[] {
  return members.flatMap((member) => {
    const user = member.settings.pg_monitor_username;
    const question = { user, database: 'postgres', from: 'local', isTls: false };
    const refused = LIVE_ROLES.some((role) => isRefused(question, role, member, members, infraIps));
    const { parameters, locate } = member.host;
    const place = parameters.place('pg_default_hba_rules', [], 'key') ?? locate([], 'key');
    return refused ? [rules.monitor.at(place, { user, member: member.instance })] : [];
  });
}

/** pgbouncer connects through PostgreSQL's socket, as the user and to the database that its client named. */
function checkPoolUsers(member: PgsqlMember, members: readonly PgsqlMember[], infraIps: Infra): Diagnostic[] {
  const { settings, host } = member;
  if (!settings.pgbouncer_enabled) return [];
  const databases = settings.pg_databases.filter(({ pgbouncer }) => pgbouncer !== false);
  return settings.pg_users.flatMap(({ name, pgbouncer }, index) => {
    const verdicts = databases.map((database) => {
      const question = { user: name, database: database.name, from: 'local', isTls: false };
      return { database, ...hbaVerdict(question, 'postgres', 'primary', member, members, infraIps) };
    });
    const [first] = verdicts;
    if (pgbouncer !== true || !first || verdicts.some(({ method }) => method !== 'reject')) return [];
    const place = host.parameters.place('pg_users', [index, 'name']);
    return [rules.pool.at(place, { user: name, line: first.line })];
  });
}
