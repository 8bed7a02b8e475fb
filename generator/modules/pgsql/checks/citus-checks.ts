import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import { append } from '../../../model/multimap.ts';
import type { Site } from '../../../model/site.ts';
import { carriers, declaredServices, destinationPort } from '../access/services.ts';
import { clusterMembers, clusters, type PgsqlMember, placeOf } from '../members.ts';
import { isBrought } from '../packages/packages.ts';
import { citusPart, otherParts, shardOf } from '../topology/citus.ts';

const rules = {
  notCarried: rule<{ names: string; platform: string }>('pgsql/citus-not-carried', {
    severity: 'warning',
    message: ({ names, platform }) =>
      `\`pg_mode: citus\`: ${platform} has no package of Citus, and the inventory names none; ${names} will be plain PostgreSQL`,
    label: () => 'set here',
    help: () =>
      'add an archive that has it (`image_sources`) and write the name of its package in `pg_extensions`, for this `pg_version`; or leave `pg_mode` out',
  }),
  partly: rule<{ without: string; with: string; shard: string }>('pgsql/citus-partly', {
    severity: 'error',
    message: ({ without, with: others, shard }) =>
      `of \`pg_shard: ${shard}\` ${without} have no package of Citus, ${others} do`,
    help: () => 'set `pg_extensions` and `image_sources` once for all of them, in the `vars` of `all`',
  }),
  taken: rule<{ shard: string; cluster: string }>('pgsql/citus-shard-is-cluster', {
    severity: 'error',
    message: ({ shard, cluster }) =>
      `\`pg_shard: ${shard}\` of ${cluster} is the name of a cluster that is no part of it`,
    help: () =>
      'they would share a place in etcd, where removing one removes both: give the whole another name',
  }),
  regex: rule<{ database: string }>('pgsql/citus-database-name', {
    severity: 'error',
    message: ({ database }) => `\`${database}\` cannot be spread: in rules for clients it is a pattern`,
    help: () => 'give the database a name that does not begin with a slash',
  }),
  noGroup: rule<{ cluster: string }>('pgsql/citus-no-group', {
    severity: 'error',
    message: ({ cluster }) => `cluster ${cluster} is to be part of a Citus database and has no \`pg_group\``,
    help: () => 'number the clusters of one `pg_shard`: 0 for the coordinator, 1, 2 … for the others',
  }),
  sameGroup: rule<{ cluster: string; other: string; shard: string; group: number }>(
    'pgsql/citus-group-twice',
    {
      severity: 'error',
      message: ({ cluster, other, shard, group }) =>
        `${cluster} and ${other} of \`pg_shard: ${shard}\` both have \`pg_group: ${group}\``,
      label: () => 'again here',
      help: ({ group }) =>
        group === 0
          ? 'one is the coordinator; the others are 1, 2 …'
          : 'give one of them another number, and keep it',
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
      `database ${database} is spread by Citus, and none of ${cluster}'s \`pg_databases\``,
    help: () => "declare it there: else it is the superuser's, and the pool does not know it",
  }),
  carrier: rule<{ cluster: string; carrier: string; other: string; database: string }>(
    'pgsql/citus-service-carrier',
    {
      severity: 'warning',
      message: ({ cluster, carrier, other, database }) =>
        `services of ${cluster} are on ${carrier}, which is of ${other}: who comes through it is refused in database ${database}`,
      help: () => 'from there only a certificate of the other part counts; take other hosts for services',
    },
  ),
  differs: rule<{ cluster: string; other: string; parameter: string }>('pgsql/citus-clusters-differ', {
    severity: 'error',
    message: ({ cluster, other, parameter }) =>
      `\`${parameter}\` of ${cluster} is another one than that of ${other}, of the same \`pg_shard\``,
    label: () => 'set here',
    help: () => 'they are parts of one database: set it once for all of them, in the `vars` of `all`',
  }),
};

/** What the clusters of one database must have in common (Patroni manual, "Citus support"). */
const OF_SHARD = [
  'patroni_citus_db',
  'pg_dbsu',
  'pg_version',
  'pg_namespace',
  'patroni_username',
  'patroni_password',
  'patroni_ssl_enabled',
] as const;

/** The clusters of Citus databases, each database for itself, and one warning for all where Citus is not to be had. */
export function checkCitus(site: Site): Diagnostic[] {
  const shards = new Map<string, PgsqlMember[]>();
  for (const [first] of clusters(site)) {
    if (first?.settings.pg_mode === 'citus') append(shards, shardOf(first), first);
  }
  const parts = [...shards.values()].flat();
  const plain = [...shards.values()].filter((all) => !all.some((part) => isBrought('citus', part)));
  return [
    ...checkCarried(plain.flat()),
    ...[...shards].flatMap((shard) => [
      ...checkPackages(shard, site),
      ...checkShard(shard),
      ...checkName(shard, site),
    ]),
    ...parts.flatMap((part) => [...checkDatabase(part), ...checkCarriers(part, site)]),
  ];
}

function checkCarried(plain: readonly PgsqlMember[]): Diagnostic[] {
  const [first] = plain;
  if (!first) return [];
  const names = plain.map(({ cluster }) => cluster).join(', ');
  const words = { names, platform: first.settings.image_platform };
  return [rules.notCarried.at(placeOf(first, 'pg_mode'), words)];
}

/** Members of one shard look for one another by the same keys, or not at all. */
function checkPackages([shard, parts]: [string, readonly PgsqlMember[]], site: Site): Diagnostic[] {
  const members = parts.flatMap(({ cluster }) => clusterMembers(site, cluster));
  const without = members.filter((member) => !isBrought('citus', member));
  const [first] = without;
  if (!first || without.length === members.length) return [];
  const names = (some: readonly PgsqlMember[]) => some.map(({ instance }) => instance).join(', ');
  const others = members.filter((member) => !without.includes(member));
  return [
    rules.partly.at(placeOf(first, 'pg_extensions'), { shard, without: names(without), with: names(others) }),
  ];
}

/** Keys of a whole lie below its name, as those of a cluster do below that of the cluster. */
function checkName([shard, parts]: [string, readonly PgsqlMember[]], site: Site): Diagnostic[] {
  const part = parts.find((one) => citusPart(one) !== undefined);
  const [namesake] = clusterMembers(site, shard);
  if (!part || !namesake || citusPart(namesake)?.shard === shard) return [];
  if (namesake.settings.pg_namespace !== part.settings.pg_namespace) return [];
  return [rules.taken.at(placeOf(part, 'pg_shard'), { shard, cluster: part.cluster })];
}

function checkDatabase(part: PgsqlMember): Diagnostic[] {
  const database = citusPart(part)?.database;
  if (database?.startsWith('/')) return [rules.regex.at(placeOf(part, 'patroni_citus_db'), { database })];
  const isKnown = part.settings.pg_databases.some(({ name }) => name === database);
  if (database === undefined || database === 'postgres' || isKnown) return [];
  return [rules.undeclared.at(placeOf(part, 'patroni_citus_db'), { database, cluster: part.cluster })];
}

/** HAProxy comes from its host's address, as the part of the database on that host does. */
function checkCarriers(part: PgsqlMember, site: Site): Diagnostic[] {
  const { patroni_citus_db: database } = part.settings;
  const others = new Map(otherParts(part, site).map((other) => [other.host, other]));
  const isDirect = declaredServices(part.settings).some(
    (service) => destinationPort(service, part.settings) === part.settings.pg_port,
  );
  if (!isDirect) return [];
  return carriers(clusterMembers(site, part.cluster), site).flatMap((host) => {
    const other = others.get(host);
    if (!other) return [];
    const words = { cluster: part.cluster, carrier: host.ip, other: other.cluster, database };
    return [rules.carrier.at(placeOf(part, 'pg_service_provider'), words)];
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
  return OF_SHARD.filter((name) => first.settings[name] !== other.settings[name]).map((parameter) => {
    const note = { message: `that of ${first.cluster}`, place: placeOf(first, parameter) };
    const words = { cluster: other.cluster, other: first.cluster, parameter };
    return rules.differs.at(placeOf(other, parameter), words, [note]);
  });
}
