import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import type { PlanData } from '../../../model/plan.ts';
import type { Site } from '../../../model/site.ts';
import { evaluate } from '../../../text/formula.ts';
import { clusterMembers, type PgsqlMember, placeOf } from '../members.ts';
import { storeParameters } from '../server/parameters.ts';
import { declaredFacts, MAX_WORKER_PROCESSES } from '../server/tuning.ts';
import { hasDelay, memberAt, type StandbySource, standbySource } from '../topology/upstream.ts';

const rules = {
  ownCluster: rule<{ cluster: string; address: string }>('pgsql/upstream-in-own-cluster', {
    severity: 'error',
    message: ({ cluster, address }) =>
      `\`pg_upstream\` on the primary of cluster ${cluster} is a member of the same cluster: ${address}`,
    label: () => 'set here',
    help: () => 'on a primary, `pg_upstream` is an address of the upstream cluster',
  }),
  otherCluster: rule<{ instance: string; address: string; cluster: string }>('pgsql/upstream-not-a-member', {
    severity: 'error',
    message: ({ instance, address }) => `${instance} cannot replicate from ${address}`,
    label: ({ cluster }) => `not another member of cluster ${cluster}`,
    help: () =>
      'a cascading replica streams from another member of its cluster; for a standby cluster, set `pg_upstream` on the primary',
  }),
  cycle: rule<{ names: readonly string[] }>('pgsql/upstream-cycle', {
    severity: 'error',
    message: ({ names }) => `replication cycle: ${names.join(' -> ')}`,
    label: () => 'set here',
    help: () => 'remove `pg_upstream` from the cluster or member that has the original data',
  }),
  unknown: rule<{ cluster: string; address: string }>('pgsql/upstream-unknown', {
    severity: 'notice',
    message: ({ cluster, address }) =>
      `upstream ${address} of standby cluster ${cluster} is not in this inventory and is not checked`,
  }),
  version: rule<{ cluster: string; version: number; source: string; other: number }>(
    'pgsql/upstream-version',
    {
      severity: 'error',
      message: ({ cluster, version, source, other }) =>
        `standby cluster ${cluster} (PostgreSQL ${version}) cannot replicate from ${source} (PostgreSQL ${other})`,
      label: () => 'set here',
      help: () => 'physical replication needs the same major version on both sides',
    },
  ),
  access: rule<{ cluster: string; source: string; parameter: string }>('pgsql/upstream-access', {
    severity: 'error',
    message: ({ cluster, source, parameter }) =>
      `standby cluster ${cluster} cannot replicate from ${source}: \`${parameter}\` differs`,
    help: () => 'a standby cluster has the users of its upstream: set the parameter in `all.vars`',
  }),
  smaller: rule<{ cluster: string; source: string; name: string; value: number; other: number }>(
    'pgsql/standby-setting-smaller',
    {
      severity: 'warning',
      message: ({ cluster, source, name, value, other }) =>
        `${name} of standby cluster ${cluster} is ${value}, smaller than ${other} of its upstream ${source}`,
      help: () =>
        'a standby needs at least the value of its upstream: Patroni raises it until the standby cluster is promoted; use the same `pg_conf` and `pg_max_conn`',
    },
  ),
  delay: rule<{ instance: string }>('pgsql/delay-of-primary', {
    severity: 'warning',
    message: ({ instance }) => `\`pg_delay\` on the primary ${instance} has no effect`,
    label: () => 'set here',
    help: () => 'set it on a replica, or with `pg_upstream` on the primary of a standby cluster',
  }),
};

/** Checks `pg_upstream` and `pg_delay` of the members of a cluster. */
export function checkUpstream(site: Site, members: readonly PgsqlMember[]): Diagnostic[] {
  return members.flatMap((member) => [...checkAddress(member, site), ...checkDelay(member)]);
}

function checkAddress(member: PgsqlMember, site: Site): Diagnostic[] {
  const { settings, cluster, instance } = member;
  const { pg_upstream: address } = settings;
  if (address === undefined) return [];
  const named = memberAt(site).get(address);
  const place = member.host.parameters.place('pg_upstream');
  const cycle = cycleFrom(member, site);
  if (member.role !== 'primary') {
    if (named?.cluster !== cluster || named === member)
      return [rules.otherCluster.at(place, { instance, address, cluster })];
    return cycle ? [rules.cycle.at(place, { names: cycle })] : [];
  }
  if (!named) return [rules.unknown.at(undefined, { cluster, address })];
  if (named.cluster === cluster) return [rules.ownCluster.at(place, { cluster, address })];
  if (cycle) return [rules.cycle.at(place, { names: cycle })];
  const source = standbySource(clusterMembers(site, cluster), site);
  return source ? checkStandbyCluster(member, source) : [];
}

/** The names of a replication cycle through a member, reported for the first name only; undefined without a cycle. */
function cycleFrom(member: PgsqlMember, site: Site): string[] | undefined {
  const name = ({ instance, cluster, role }: PgsqlMember) => (role === 'primary' ? cluster : instance);
  const names: [string, ...string[]] = [name(member)];
  const seen = new Set([member]);
  for (let next = upstreamMember(member, site); next; next = upstreamMember(next, site)) {
    names.push(name(next));
    if (next === member) return names.every((other) => names[0] <= other) ? names : undefined;
    if (seen.has(next)) return undefined;
    seen.add(next);
  }
  return undefined;
}

/** The upstream of a member. In another cluster it is the declared primary, because the others stream from it. */
function upstreamMember(member: PgsqlMember, site: Site): PgsqlMember | undefined {
  const named = memberAt(site).get(member.settings.pg_upstream ?? '');
  if (!named || named.cluster === member.cluster) return named;
  return clusterMembers(site, named.cluster).find(({ role }) => role === 'primary');
}

/** Compares the declared primaries of both clusters. */
function checkStandbyCluster(standby: PgsqlMember, { members }: StandbySource): Diagnostic[] {
  const [source] = members;
  if (!source) return [];
  const { cluster, settings } = standby;
  const words = { cluster, source: source.cluster };
  const { pg_version: version } = settings;
  const { pg_version: other } = source.settings;
  if (version !== other) {
    const found = rules.version.at(placeOf(standby, 'pg_version'), { ...words, version, other }, [
      noteAt(source, 'pg_version'),
    ]);
    return [found];
  }
  const differing = ACCOUNT_PARAMETERS.filter(
    (parameter) => settings[parameter] !== source.settings[parameter],
  );
  return [
    ...differing.map((parameter) =>
      rules.access.at(placeOf(standby, parameter), { ...words, parameter }, [noteAt(source, parameter)]),
    ),
    ...checkStandbySettings(standby, source),
  ];
}

/** Users are replicated, and Patroni, provisioning and checks of the standby cluster connect as these users. */
const ACCOUNT_PARAMETERS = [
  'pg_dbsu',
  'pg_replication_username',
  'pg_replication_password',
  'pg_admin_username',
  'pg_monitor_username',
] as const;

/** Settings that must not be smaller on a standby than on its primary (PostgreSQL manual, "Administrator's Overview" of hot standby). */
const STANDBY_SETTINGS = [
  'max_connections',
  'max_locks_per_transaction',
  'max_prepared_transactions',
  'max_wal_senders',
  'max_worker_processes',
] as const;

function checkStandbySettings(standby: PgsqlMember, source: PgsqlMember): Diagnostic[] {
  const [own, others] = [settingsOfStandby(standby), settingsOfStandby(source)];
  return STANDBY_SETTINGS.flatMap((name) => {
    const [value, other] = [Number(own[name]), Number(others[name])];
    if (!(value < other)) return [];
    const words = { cluster: standby.cluster, source: source.cluster, name, value, other };
    return [rules.smaller.at(placeOf(standby, 'pg_conf'), words, [noteAt(source, 'pg_conf')])];
  });
}

/** The number of workers depends on the processors, if these are declared. */
function settingsOfStandby({ settings }: PgsqlMember): { readonly [name: string]: PlanData } {
  const facts = declaredFacts(settings);
  return {
    ...storeParameters(settings),
    ...(facts && { max_worker_processes: evaluate(MAX_WORKER_PROCESSES, facts) }),
  };
}

function checkDelay(member: PgsqlMember): Diagnostic[] {
  const { role, settings, instance, host } = member;
  if (role !== 'primary' || settings.pg_upstream !== undefined || !hasDelay(settings.pg_delay)) return [];
  return [rules.delay.at(host.parameters.place('pg_delay'), { instance })];
}

function noteAt(member: PgsqlMember, parameter: string): Diagnostic['notes'][number] {
  return { message: `that of ${member.cluster}`, place: placeOf(member, parameter) };
}
