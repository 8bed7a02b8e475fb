import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import type { Place } from '../../../model/origin.ts';
import type { Site } from '../../../model/site.ts';
import type { HbaContext, LiveRole } from '../access/hba/context.ts';
import { distinctRoles } from '../access/hba/groups.ts';
import { showRecord } from '../access/hba/print.ts';
import { type HbaQuestion, hbaVerdict } from '../access/hba/verdict.ts';
import { declaredPools } from '../access/pgbouncer.ts';
import type { PgsqlMember } from '../members.ts';
import { eachPresent } from '../present.ts';
import { standbyClustersOf } from '../topology/upstream.ts';

const rules = {
  replication: rule<{ from: string; to: string; role: string }>('pgsql/replication-refused', {
    severity: 'error',
    message: ({ from, to, role }) => `${from} cannot replicate from ${to} while ${to} is ${role}`,
    help: () =>
      'the HBA rules reject `${repl}` for `replication` from its address: add a rule with `addr: cluster`',
  }),
  monitor: rule<{ user: string; member: string }>('pgsql/monitor-refused', {
    severity: 'warning',
    message: ({ user, member }) => `${member} rejects its own monitoring user ${user}`,
    help: () => 'keep the rule for `${monitor}` from `localhost`',
  }),
  pool: rule<{ user: string; line: string | undefined }>('pgsql/pool-refused', {
    severity: 'warning',
    message: ({ user }) =>
      `pgbouncer cannot connect as user ${user}: PostgreSQL rejects this user on the socket`,
    help: ({ line }) =>
      line
        ? `rule: ${line}`
        : 'give the user one of the roles of pg_default_roles, or a rule with `addr: localhost`',
  }),
};

/** Checks that PostgreSQL accepts the connections that the cluster itself needs. */
export function checkReach(servers: readonly HbaContext[], site: Site): Diagnostic[] {
  const [first] = servers;
  return [
    ...servers.flatMap((context) => checkReplication(context, site)),
    ...servers.flatMap(checkMonitor),
    ...(first ? checkPoolUsers(first) : []),
  ];
}

/** From every other member, and from the members of standby clusters. */
function checkReplication(context: HbaContext, site: Site): Diagnostic[] {
  const { member: to, members } = context;
  const roles = distinctRoles(context);
  const standbys = (standbyClustersOf(site).get(to.cluster) ?? []).flatMap((standby) => standby.members);
  return [...members, ...standbys].flatMap((from) => {
    if (from === to) return [];
    const user = to.settings.pg_replication_username;
    const question = { user, database: 'replication', from: from.host.ip, isTls: true };
    const role = roles.find((one) => isRejected(question, one, context));
    return role
      ? [rules.replication.at(placeOfDefaults(to), { from: from.instance, to: to.instance, role })]
      : [];
  });
}

function isRejected(question: HbaQuestion, role: LiveRole, context: HbaContext): boolean {
  return hbaVerdict(question, role, context).method === 'reject';
}

function placeOfDefaults({ host }: PgsqlMember): Place {
  return host.parameters.place('pg_default_hba_rules', [], 'key') ?? host.keyWith('pg_seq');
}

function checkMonitor(context: HbaContext): Diagnostic[] {
  const { member } = context;
  const user = member.settings.pg_monitor_username;
  const question = { user, database: 'postgres', from: 'local', isTls: false };
  const refused = distinctRoles(context).some((role) => isRejected(question, role, context));
  return refused ? [rules.monitor.at(placeOfDefaults(member), { user, member: member.instance })] : [];
}

/** pgbouncer connects through PostgreSQL's socket, as the user and to the database that its client named. */
function checkPoolUsers(context: HbaContext): Diagnostic[] {
  const { settings, host } = context.member;
  if (!settings.pgbouncer_enabled) return [];
  const databases = declaredPools(settings);
  return eachPresent(settings.pg_users, ({ name, pgbouncer }, index) => {
    if (pgbouncer !== true) return [];
    const verdicts = databases.map((database) =>
      hbaVerdict({ user: name, database: database.name, from: 'local', isTls: false }, 'primary', context),
    );
    const [first] = verdicts;
    if (!first || verdicts.some(({ method }) => method !== 'reject')) return [];
    const line = first.record && showRecord(first.record);
    return [rules.pool.at(host.parameters.place('pg_users', [index, 'name']), { user: name, line })];
  });
}
