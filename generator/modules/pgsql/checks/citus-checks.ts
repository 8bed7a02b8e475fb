import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import { append } from '../../../model/multimap.ts';
import type { Site } from '../../../model/site.ts';
import { declaredServices, destinationPort, serviceHosts } from '../access/services.ts';
import { clusterMembers, clusters, type PgsqlMember, placeOf } from '../members.ts';
import { isBundled } from '../packages/packages.ts';
import { isPresent } from '../present.ts';
import { citusGroup, otherGroups, shardOf } from '../topology/citus.ts';

const rules = {
  noPackage: rule<{ names: string; platform: string }>('pgsql/citus-not-carried', {
    severity: 'warning',
    message: ({ names, platform }) =>
      `\`pg_mode: citus\`: no Citus package on ${platform} or in the inventory: ${names} become plain PostgreSQL`,
    label: () => 'set here',
    help: () =>
      'add an archive that has it (`image_sources`) and write its package name for this `pg_version` in `pg_extensions`; or remove `pg_mode`',
  }),
  partly: rule<{ without: string; with: string; shard: string }>('pgsql/citus-partly', {
    severity: 'error',
    message: ({ without, with: others, shard }) =>
      `only some members of Citus cluster \`${shard}\` have a Citus package: ${others}, but not ${without}`,
    help: () => 'set `pg_extensions` and `image_sources` once for all of them, in the `vars` of `all`',
  }),
  taken: rule<{ shard: string; cluster: string }>('pgsql/citus-shard-is-cluster', {
    severity: 'error',
    message: ({ shard, cluster }) =>
      `\`pg_shard: ${shard}\` of ${cluster} is also the name of another cluster`,
    help: () => 'both would use the same keys in etcd: choose another `pg_shard`',
  }),
  regex: rule<{ database: string }>('pgsql/citus-database-name', {
    severity: 'error',
    message: ({ database }) =>
      `\`${database}\` cannot be distributed: a name with a leading slash is a pattern in HBA rules`,
    help: () => 'rename the database',
  }),
  noGroup: rule<{ cluster: string }>('pgsql/citus-no-group', {
    severity: 'error',
    message: ({ cluster }) => `cluster ${cluster} has \`pg_mode: citus\` without \`pg_group\``,
    help: () => 'number the clusters of one `pg_shard`: 0 for the coordinator, 1, 2 … for the others',
  }),
  sameGroup: rule<{ cluster: string; other: string; shard: string; group: number }>(
    'pgsql/citus-group-twice',
    {
      severity: 'error',
      message: ({ cluster, other, shard, group }) =>
        `${cluster} and ${other} of \`pg_shard: ${shard}\` both have \`pg_group: ${group}\``,
      label: () => 'duplicate',
      help: ({ group }) =>
        group === 0
          ? 'only one group is the coordinator (0); number the workers 1, 2 …'
          : 'give one of them another permanent number',
    },
  ),
  noCoordinator: rule<{ shard: string; clusters: string }>('pgsql/citus-no-coordinator', {
    severity: 'error',
    message: ({ shard, clusters: names }) => `\`pg_shard: ${shard}\` (${names}) has no coordinator`,
    help: () => 'give one of its clusters `pg_group: 0`, and all of them the same `pg_shard`',
  }),
  undeclared: rule<{ database: string; cluster: string }>('pgsql/citus-database', {
    severity: 'warning',
    message: ({ database, cluster }) =>
      `distributed database ${database} is not in \`pg_databases\` of ${cluster}`,
    help: () => 'declare it there; otherwise the superuser owns it and it is not in the pool',
  }),
  serviceHost: rule<{ cluster: string; serviceHost: string; other: string; database: string }>(
    'pgsql/citus-service-host',
    {
      severity: 'warning',
      message: ({ cluster, serviceHost, other, database }) =>
        `services of ${cluster} run on ${serviceHost}, a member of ${other}: connections through ${serviceHost} to database ${database} are rejected`,
      help: () =>
        'connections from that host need a certificate of its Citus group; use other hosts for the services',
    },
  ),
  differs: rule<{ cluster: string; other: string; parameter: string }>('pgsql/citus-clusters-differ', {
    severity: 'error',
    message: ({ cluster, other, parameter }) =>
      `\`${parameter}\` differs between ${cluster} and ${other} of the same \`pg_shard\``,
    label: () => 'set here',
    help: () => 'it must be the same in all groups: set it in the `vars` of `all`',
  }),
};

/** Parameters that must be equal in all groups of a Citus cluster (Patroni manual, "Citus support"). */
const SHARED_PARAMETERS = [
  'patroni_citus_db',
  'pg_dbsu',
  'pg_version',
  'pg_namespace',
  'patroni_username',
  'patroni_password',
  'patroni_ssl_enabled',
] as const;

/** Checks each Citus cluster, with one warning for all clusters without a Citus package. */
export function checkCitus(site: Site): Diagnostic[] {
  const shards = new Map<string, PgsqlMember[]>();
  for (const [first] of clusters(site)) {
    if (first?.settings.pg_mode === 'citus') append(shards, shardOf(first), first);
  }
  const parts = [...shards.values()].flat();
  const plain = [...shards.values()].filter((all) => !all.some((part) => isBundled('citus', part)));
  return [
    ...checkPackageAvailable(plain.flat()),
    ...[...shards].flatMap((shard) => [
      ...checkPackages(shard, site),
      ...checkShard(shard),
      ...checkName(shard, site),
    ]),
    ...parts.flatMap((part) => [...checkDatabase(part), ...checkServiceHosts(part, site)]),
  ];
}

function checkPackageAvailable(plain: readonly PgsqlMember[]): Diagnostic[] {
  const [first] = plain;
  if (!first) return [];
  const names = plain.map(({ cluster }) => cluster).join(', ');
  const words = { names, platform: first.settings.image_platform };
  return [rules.noPackage.at(placeOf(first, 'pg_mode'), words)];
}

/** Members of one Citus cluster must use the same keys in the configuration store. */
function checkPackages([shard, parts]: [string, readonly PgsqlMember[]], site: Site): Diagnostic[] {
  const members = parts.flatMap(({ cluster }) => clusterMembers(site, cluster));
  const without = members.filter((member) => !isBundled('citus', member));
  const [first] = without;
  if (!first || without.length === members.length) return [];
  const names = (some: readonly PgsqlMember[]) => some.map(({ instance }) => instance).join(', ');
  const others = members.filter((member) => !without.includes(member));
  return [
    rules.partly.at(placeOf(first, 'pg_extensions'), { shard, without: names(without), with: names(others) }),
  ];
}

/** Keys of a Citus cluster are below its name, like keys of a plain cluster. */
function checkName([shard, parts]: [string, readonly PgsqlMember[]], site: Site): Diagnostic[] {
  const part = parts.find((one) => citusGroup(one) !== undefined);
  const [namesake] = clusterMembers(site, shard);
  if (!part || !namesake || citusGroup(namesake)?.shard === shard) return [];
  if (namesake.settings.pg_namespace !== part.settings.pg_namespace) return [];
  return [rules.taken.at(placeOf(part, 'pg_shard'), { shard, cluster: part.cluster })];
}

function checkDatabase(part: PgsqlMember): Diagnostic[] {
  const database = citusGroup(part)?.database;
  if (database?.startsWith('/')) return [rules.regex.at(placeOf(part, 'patroni_citus_db'), { database })];
  const isKnown = part.settings.pg_databases.some((one) => isPresent(one) && one.name === database);
  if (database === undefined || database === 'postgres' || isKnown) return [];
  return [rules.undeclared.at(placeOf(part, 'patroni_citus_db'), { database, cluster: part.cluster })];
}

/** HAProxy connects from the address of its host, like the member on that host. */
function checkServiceHosts(part: PgsqlMember, site: Site): Diagnostic[] {
  const { patroni_citus_db: database } = part.settings;
  const others = new Map(otherGroups(part, site).map((other) => [other.host, other]));
  const isDirect = declaredServices(part.settings).some(
    (service) => destinationPort(service, part.settings) === part.settings.pg_port,
  );
  if (!isDirect) return [];
  return serviceHosts(clusterMembers(site, part.cluster), site).flatMap((host) => {
    const other = others.get(host);
    if (!other) return [];
    const words = { cluster: part.cluster, serviceHost: host.ip, other: other.cluster, database };
    return [rules.serviceHost.at(placeOf(part, 'pg_service_provider'), words)];
  });
}

function checkShard([shard, parts]: [string, readonly PgsqlMember[]]): Diagnostic[] {
  const numbered = parts.filter(({ settings }) => settings.pg_group !== undefined);
  const unnumbered = parts.filter((part) => !numbered.includes(part));
  const hasCoordinator = numbered.some(({ settings }) => settings.pg_group === 0);
  const [first, ...others] = parts;
  return [
    ...unnumbered.map((part) => rules.noGroup.at(placeOf(part, 'pg_cluster'), { cluster: part.cluster })),
    ...numbered.flatMap((part, index) => checkNumber(part, numbered.slice(0, index))),
    ...(first && !hasCoordinator && unnumbered.length === 0 ? [noCoordinator(shard, first, parts)] : []),
    ...(first ? others.flatMap((other) => checkCommon(first, other)) : []),
  ];
}

function checkNumber(part: PgsqlMember, earlier: readonly PgsqlMember[]): Diagnostic[] {
  const other = earlier.find(({ settings }) => settings.pg_group === part.settings.pg_group);
  if (!other) return [];
  const words = {
    cluster: part.cluster,
    other: other.cluster,
    shard: shardOf(part),
    group: part.settings.pg_group ?? 0,
  };
  const note = { message: `that of ${other.cluster}`, place: placeOf(other, 'pg_group') };
  return [rules.sameGroup.at(placeOf(part, 'pg_group'), words, [note])];
}

function noCoordinator(shard: string, first: PgsqlMember, parts: readonly PgsqlMember[]): Diagnostic {
  const names = parts.map(({ cluster }) => cluster).join(', ');
  return rules.noCoordinator.at(placeOf(first, 'pg_group'), { shard, clusters: names });
}

function checkCommon(first: PgsqlMember, other: PgsqlMember): Diagnostic[] {
  return SHARED_PARAMETERS.filter((name) => first.settings[name] !== other.settings[name]).map(
    (parameter) => {
      const note = { message: `that of ${first.cluster}`, place: placeOf(first, parameter) };
      const words = { cluster: other.cluster, other: first.cluster, parameter };
      return rules.differs.at(placeOf(other, parameter), words, [note]);
    },
  );
}
