import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import { nearestName } from '../../../text/nearest.ts';
import { isPoolKey, poolNameProblem } from '../access/pgbouncer.ts';
import { declaredServices, destinationPort, selectMembers } from '../access/services.ts';
import { type PgsqlMember, placeOf } from '../members.ts';
import { eachPresent } from '../present.ts';

const rules = {
  noBackend: rule<{ service: string; cluster: string }>('pgsql/service-without-member', {
    severity: 'error',
    message: ({ service, cluster }) => `service \`${service}\` of cluster ${cluster} selects no member`,
    help: () => 'its `selector` and `backup` (JMESPath over the members) match nothing',
  }),
  unknownCheck: rule<{ service: string; check: string; suggestion: string | undefined }>(
    'pgsql/unknown-health-check',
    {
      severity: 'error',
      message: ({ service, check }) =>
        `service \`${service}\`: Patroni has no health check \`${check}\`, so that no server would ever be up`,
      label: () => 'set here',
      help: ({ suggestion }) =>
        suggestion ? `did you mean \`${suggestion}\`?` : `health checks: ${HEALTH_CHECKS.join(', ')}`,
    },
  ),
  noPool: rule<{ services: readonly string[]; cluster: string; instances: readonly string[] }>(
    'pgsql/service-to-disabled-pool',
    {
      severity: 'warning',
      message: ({ services, cluster, instances }) =>
        `${services.length > 1 ? 'services' : 'service'} \`${services.join('`, `')}\` of cluster ${cluster} lead to pgbouncer, which does not run on ${instances.join(', ')}`,
      label: () => 'set here',
      help: () =>
        'set `pg_default_service_dest: postgres`, and `dest: postgres` for services with `dest: pgbouncer`, or run pgbouncer',
    },
  ),
  replaced: rule<{ service: string }>('pgsql/default-service-replaced', {
    severity: 'notice',
    message: ({ service }) =>
      `service \`${service}\` takes the place of the service with this name in \`pg_default_services\``,
    label: () => 'set here',
  }),
  noOptions: rule<{ user: string }>('pgsql/user-options-left-out', {
    severity: 'warning',
    message: ({ user }) =>
      `\`pool_mode\` and \`pool_connlimit\` of user \`${user}\` have no effect: its name is not allowed in pgbouncer.ini`,
    label: () => 'set here',
    help: () => 'use letters, digits, `_`, `-` and `.`',
  }),
  notPoolable: rule<{ database: string; problem: string }>('pgsql/database-not-poolable', {
    severity: 'warning',
    message: ({ database, problem }) => `database \`${database}\` is not in the pool: ${problem}`,
    help: () =>
      'use a name of at most 63 letters, digits, `_`, `-` and `.`, but not `pgbouncer`, or set `pgbouncer: false`; services with `dest: postgres` connect to it',
  }),
};

/**
 * Patroni's health checks (its manual, "Patroni REST API"); `/` is `/primary`. It answers others, as `/liveness`, only to
 * GET, and HAProxy asks with OPTIONS.
 */
const HEALTH_CHECKS = [
  ...['/', '/primary', '/master', '/leader', '/read-write', '/standby-leader', '/standby_leader', '/replica'],
  ...[
    '/read-only',
    '/read-only-sync',
    '/read-only-synchronous',
    '/read-only-quorum',
    '/sync',
    '/synchronous',
  ],
  ...['/async', '/asynchronous', '/quorum', '/health'],
];

function checkHealthChecks({ settings, host }: PgsqlMember): Diagnostic[] {
  return (['pg_default_services', 'pg_services'] as const).flatMap((parameter) =>
    settings[parameter].flatMap(({ name, check }, index) => {
      const path = check?.replace(/\?.*/, '');
      if (check === undefined || path === undefined || HEALTH_CHECKS.includes(path)) return [];
      const place = host.parameters.place(parameter, [index, 'check']);
      const suggestion = nearestName(path, HEALTH_CHECKS);
      return [rules.unknownCheck.at(place, { service: name, check, suggestion })];
    }),
  );
}

/** Services have members and servers, and it is told which of them replace default ones. */
export function checkServices(members: readonly PgsqlMember[]): Diagnostic[] {
  const [first] = members;
  if (!first) return [];
  return [
    ...checkBackends(first, members),
    ...checkHealthChecks(first),
    ...checkReplaced(first),
    ...checkPoolRuns(members),
  ];
}

/** Services of the inventory need members. Default services do not (a single primary has no offline member). */
function checkBackends(first: PgsqlMember, members: readonly PgsqlMember[]): Diagnostic[] {
  return first.settings.pg_services.flatMap((service, index) => {
    const { selected, backup } = selectMembers(service, members);
    if (selected.length + backup.length > 0) return [];
    const place = first.host.parameters.place('pg_services', [index]);
    return [rules.noBackend.at(place, { service: service.name, cluster: first.cluster })];
  });
}

function checkReplaced({ settings, host }: PgsqlMember): Diagnostic[] {
  const names = settings.pg_default_services.map(({ name }) => name);
  return settings.pg_services.flatMap(({ name: service }, index) => {
    if (!names.includes(service)) return [];
    return [rules.replaced.at(host.parameters.place('pg_services', [index, 'name']), { service })];
  });
}

/** Services whose servers are the port of a pgbouncer that does not run. */
function checkPoolRuns(members: readonly PgsqlMember[]): Diagnostic[] {
  const leads = members.flatMap((member) => {
    const { settings } = member;
    if (settings.pgbouncer_enabled) return [];
    return declaredServices(settings).flatMap((service) => {
      const { selected, backup } = selectMembers(service, members);
      const isServer = selected.includes(member) || backup.includes(member);
      const isPool = destinationPort(service, settings) === settings.pgbouncer_port;
      return isServer && isPool ? [{ member, service: service.name }] : [];
    });
  });
  const [first] = leads;
  if (!first) return [];
  const services = [...new Set(leads.map(({ service }) => service))];
  const instances = [...new Set(leads.map(({ member }) => member.instance))];
  const { cluster } = first.member;
  return [rules.noPool.at(placeOf(first.member, 'pgbouncer_enabled'), { services, cluster, instances })];
}

/** Databases that cannot be in the pool, and users whose options cannot. */
export function checkPool(member: PgsqlMember): Diagnostic[] {
  return [...checkPoolDatabases(member), ...checkPoolUsers(member)];
}

function checkPoolUsers({ settings, host }: PgsqlMember): Diagnostic[] {
  return eachPresent(
    settings.pg_users,
    ({ name, pgbouncer, pool_mode: mode, pool_connlimit: limit }, index) => {
      const hasOptions = pgbouncer === true && (mode !== undefined || limit !== undefined);
      if (!hasOptions || isPoolKey(name)) return [];
      return [rules.noOptions.at(host.parameters.place('pg_users', [index, 'name']), { user: name })];
    },
  );
}

function checkPoolDatabases(member: PgsqlMember): Diagnostic[] {
  return eachPresent(member.settings.pg_databases, ({ name, pgbouncer }, index) => {
    const problem = pgbouncer === false ? undefined : poolNameProblem(name);
    if (problem === undefined) return [];
    const place = member.host.parameters.place('pg_databases', [index, 'name']);
    return [rules.notPoolable.at(place, { database: name, problem })];
  });
}
