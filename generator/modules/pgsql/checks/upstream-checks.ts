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
      `the primary of cluster ${cluster} cannot follow ${address}, a member of the same cluster`,
    label: () => 'set here',
    help: () => 'on a primary, `pg_upstream` names a member of the cluster that this one is a copy of',
  }),
  elsewhere: rule<{ instance: string; address: string; cluster: string }>('pgsql/upstream-not-a-member', {
    severity: 'error',
    message: ({ instance, address }) => `${instance} cannot follow ${address}`,
    label: ({ cluster }) => `not another member of cluster ${cluster}`,
    help: () =>
      'a cascading replica follows another member of its own cluster; a copy of another cluster has a primary with `pg_upstream`',
  }),
  circle: rule<{ names: readonly string[] }>('pgsql/upstream-circle', {
    severity: 'error',
    message: ({ names }) => `nobody is first: ${names.join(' follows ')}`,
    label: () => 'the circle closes here',
    help: () => 'leave out `pg_upstream` where the content comes from',
  }),
  unknown: rule<{ cluster: string; address: string }>('pgsql/upstream-unknown', {
    severity: 'notice',
    message: ({ cluster, address }) =>
      `${address}, which cluster ${cluster} is a copy of, is not of this inventory: it is taken as it is`,
  }),
  version: rule<{ cluster: string; version: number; source: string; other: number }>(
    'pgsql/upstream-version',
    {
      severity: 'error',
      message: ({ cluster, version, source, other }) =>
        `cluster ${cluster} (PostgreSQL ${version}) cannot be a copy of ${source} (PostgreSQL ${other})`,
      label: () => 'set here',
      help: () => 'replication of whole servers needs the same major version on both sides',
    },
  ),
  access: rule<{ cluster: string; source: string; parameter: string }>('pgsql/upstream-access', {
    severity: 'error',
    message: ({ cluster, source, parameter }) =>
      `cluster ${cluster} cannot be a copy of ${source}: \`${parameter}\` is another one there`,
    help: () => 'users of a copy are those of its source: set both in `all.vars`',
  }),
  smaller: rule<{ cluster: string; source: string; name: string; value: number; other: number }>(
    'pgsql/standby-setting-smaller',
    {
      severity: 'warning',
      message: ({ cluster, source, name, value, other }) =>
        `${name} of cluster ${cluster} is ${value}, that of ${source}, which it is a copy of, ${other}`,
      help: () =>
        'a standby needs at least its source’s: Patroni raises it, and it falls again when the copy is promoted; use the same `pg_conf` and `pg_max_conn`',
    },
  ),
  delay: rule<{ instance: string }>('pgsql/delay-of-primary', {
    severity: 'warning',
    message: ({ instance }) => `${instance} is a primary: it follows nobody that it could stay behind`,
    label: () => 'without effect',
    help: () => 'set it on a replica, or with `pg_upstream` on the primary of a copy',
  }),
};

/** Whom a cluster and its members follow. */
export function checkUpstream(site: Site, members: readonly PgsqlMember[]): Diagnostic[] {
  return members.flatMap((member) => [...checkAddress(member, site), ...checkDelay(member)]);
}

function checkAddress(member: PgsqlMember, site: Site): Diagnostic[] {
  const { settings, cluster, instance } = member;
  const { pg_upstream: address } = settings;
  if (address === undefined) return [];
  const named = memberAt(site).get(address);
  const place = member.host.parameters.place('pg_upstream');
  const circle = circleFrom(member, site);
  if (member.role !== 'primary') {
    if (named?.cluster !== cluster || named === member)
      return [rules.elsewhere.at(place, { instance, address, cluster })];
    return circle ? [rules.circle.at(place, { names: circle })] : [];
  }
  if (!named) return [rules.unknown.at(undefined, { cluster, address })];
  if (named.cluster === cluster) return [rules.ownCluster.at(place, { cluster, address })];
  if (circle) return [rules.circle.at(place, { names: circle })];
  const source = standbySource(clusterMembers(site, cluster), site);
  return source ? checkCopy(member, source) : [];
}

/** The names on the way from a member back to itself, told by the first of them by name; undefined without such a way. */
function circleFrom(member: PgsqlMember, site: Site): string[] | undefined {
  const name = ({ instance, cluster, role }: PgsqlMember) => (role === 'primary' ? cluster : instance);
  const names: [string, ...string[]] = [name(member)];
  const seen = new Set([member]);
  for (let next = followed(member, site); next; next = followed(next, site)) {
    names.push(name(next));
    if (next === member) return names.every((other) => names[0] <= other) ? names : undefined;
    if (seen.has(next)) return undefined;
    seen.add(next);
  }
  return undefined;
}

/** A member of another cluster stands for the primary there: what that follows, all of it follows. */
function followed(member: PgsqlMember, site: Site): PgsqlMember | undefined {
  const named = memberAt(site).get(member.settings.pg_upstream ?? '');
  if (!named || named.cluster === member.cluster) return named;
  return clusterMembers(site, named.cluster).find(({ role }) => role === 'primary');
}

/** The first primary of each side stands for its cluster. */
function checkCopy(copy: PgsqlMember, { members }: StandbySource): Diagnostic[] {
  const [source] = members;
  if (!source) return [];
  const { cluster, settings } = copy;
  const words = { cluster, source: source.cluster };
  const { pg_version: version } = settings;
  const { pg_version: other } = source.settings;
  if (version !== other) {
    const found = rules.version.at(placeOf(copy, 'pg_version'), { ...words, version, other }, [
      noteAt(source, 'pg_version'),
    ]);
    return [found];
  }
  const differing = OF_USERS.filter((parameter) => settings[parameter] !== source.settings[parameter]);
  return [
    ...differing.map((parameter) =>
      rules.access.at(placeOf(copy, parameter), { ...words, parameter }, [noteAt(source, parameter)]),
    ),
    ...checkStandbySettings(copy, source),
  ];
}

/** Users come with the content, and Patroni, provisioning and checks of the copy log on as these. */
const OF_USERS = [
  'pg_dbsu',
  'pg_replication_username',
  'pg_replication_password',
  'pg_admin_username',
  'pg_monitor_username',
] as const;

/** Those that a standby may not have smaller than its primary (PostgreSQL manual, "Administrator's Overview" of hot standby). */
const STANDBY_SETTINGS = [
  'max_connections',
  'max_locks_per_transaction',
  'max_prepared_transactions',
  'max_wal_senders',
  'max_worker_processes',
] as const;

function checkStandbySettings(copy: PgsqlMember, source: PgsqlMember): Diagnostic[] {
  const [own, others] = [settingsOfStandby(copy), settingsOfStandby(source)];
  return STANDBY_SETTINGS.flatMap((name) => {
    const [value, other] = [Number(own[name]), Number(others[name])];
    if (!(value < other)) return [];
    const words = { cluster: copy.cluster, source: source.cluster, name, value, other };
    return [rules.smaller.at(placeOf(copy, 'pg_conf'), words, [noteAt(source, 'pg_conf')])];
  });
}

/** The number of workers follows the processors, where those are declared. */
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
