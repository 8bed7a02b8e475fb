import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import type { Place } from '../../../model/origin.ts';
import { perSite } from '../../../model/per-site.ts';
import type { Site, SiteHost } from '../../../model/site.ts';
import { isPoolable } from '../access/pgbouncer.ts';
import { selectMembers } from '../access/services.ts';
import { allUsers } from '../access/users.ts';
import { canRecover, smallestRto } from '../ha/recovery.ts';
import { clusters, isPgsqlHost, type PgsqlMember, placeOf } from '../members.ts';
import type { HbaRule } from '../params/schemas.ts';
import { checkBackups } from './backup-checks.ts';
import { checkBaselines } from './baseline-checks.ts';
import { checkCapacity } from './capacity-checks.ts';
import { checkCitus } from './citus-checks.ts';
import { checkEntries } from './entry-checks.ts';
import { checkHba } from './hba-checks.ts';
import { checkPackages, pendingPackages } from './package-checks.ts';
import { checkUpstream } from './upstream-checks.ts';

const rules = {
  noSequence: rule<{ ip: string; cluster: string }>('pgsql/no-seq', {
    severity: 'error',
    message: ({ ip, cluster }) => `host ${ip} of cluster ${cluster} has no \`pg_seq\``,
    help: () => 'give every member a number that it keeps for life: `pg_seq: 1`',
  }),
  duplicateSequence: rule<{ cluster: string; seq: number }>('pgsql/duplicate-seq', {
    severity: 'error',
    message: ({ cluster, seq }) => `two members of cluster ${cluster} have \`pg_seq: ${seq}\``,
    label: () => 'again here',
    help: ({ cluster, seq }) => `both would be ${cluster}-${seq}; give one of them another number`,
  }),
  noPrimary: rule<{ cluster: string }>('pgsql/no-primary', {
    severity: 'error',
    message: ({ cluster }) => `cluster ${cluster} has no primary`,
    label: () => 'not primary',
    help: () => 'give exactly one member `pg_role: primary`',
  }),
  twoPrimaries: rule<{ cluster: string }>('pgsql/two-primaries', {
    severity: 'error',
    message: ({ cluster }) => `cluster ${cluster} has more than one primary`,
    label: () => 'again here',
    help: () => 'keep `pg_role: primary` on one member; the others are `replica` or `offline`',
  }),
  noEtcd: rule<{ cluster: string }>('pgsql/no-etcd', {
    severity: 'error',
    message: ({ cluster }) => `cluster ${cluster} needs etcd, and the inventory has no group \`etcd\``,
    help: () => 'add `etcd: { hosts: { <ip>: { etcd_seq: 1 } } }` under `all.children`',
  }),
  unknownHbaUser: rule<{ user: string }>('pgsql/unknown-hba-user', {
    severity: 'warning',
    message: ({ user }) => `the rule is for user \`${user}\`, which the inventory does not define`,
    label: () => 'no such user',
    help: () =>
      'define it in pg_users, or write `all`, `+role`, `${dbsu}`, `${repl}`, `${monitor}`, `${admin}`',
  }),
  noBackend: rule<{ service: string; cluster: string }>('pgsql/service-without-member', {
    severity: 'error',
    message: ({ service, cluster }) => `service \`${service}\` of cluster ${cluster} selects no member`,
    help: () => 'its `selector` and `backup` (JMESPath over the members) match nothing',
  }),
  notPoolable: rule<{ database: string }>('pgsql/database-not-poolable', {
    severity: 'warning',
    message: ({ database }) =>
      `database \`${database}\` is left out of the pool: pgbouncer cannot write its name`,
    help: () =>
      'use letters, digits, `_`, `-` and `.`, or set `pgbouncer: false`; services with `dest: postgres` reach it',
  }),
  needsPatroni: rule<{ cluster: string; setting: string }>('pgsql/needs-patroni', {
    severity: 'error',
    message: ({ cluster, setting }) =>
      `\`${setting}\` of cluster ${cluster}: here PostgreSQL does not run without Patroni`,
    label: () => 'set here',
    help: () => '`patroni_mode: pause` keeps Patroni from acting; it goes on watching',
  }),
  shortRto: rule<{ cluster: string; rto: number; smallest: number }>('pgsql/rto-too-short', {
    severity: 'error',
    message: ({ cluster, rto }) => `cluster ${cluster} cannot keep \`pg_rto: ${rto}\``,
    help: ({ smallest }) =>
      `the smallest is ${smallest} s: a lease that tolerates short troubles, and the time to notice that it has run out`,
  }),
  membersDiffer: rule<{ cluster: string; parameter: string; instance: string; other: string }>(
    'pgsql/members-differ',
    {
      severity: 'error',
      message: ({ cluster, parameter, instance, other }) =>
        `\`${parameter}\` of cluster ${cluster} is one for ${other} and another for ${instance}`,
      label: () => 'set here',
      help: () => 'it holds for the whole cluster: set it in the `vars` of its group',
    },
  ),
};

/** Identity, reachability and references of every cluster. */
export function checkPgsql(site: Site): Diagnostic[] {
  return [
    ...site.hosts.filter(isPgsqlHost).flatMap(checkIdentity),
    ...clusters(site).flatMap((own) => {
      return [
        ...checkSequences(own),
        ...checkPrimary(own),
        ...checkPatroni(own),
        ...checkRto(site, own),
        ...checkStore(site, own),
        ...checkServices(own),
        ...checkContent(own, site),
        ...checkHba(site, own),
        ...checkUpstream(site, own),
        ...checkEntries(site, own),
        ...checkSameness(own),
        ...checkCapacity(own),
      ];
    }),
    ...pendingPackages(site),
    ...checkCitus(site),
  ];
}

function checkIdentity(host: SiteHost): Diagnostic[] {
  const { pg_seq, pg_cluster } = host.parameters.values;
  if (pg_seq !== undefined) return [];
  return [rules.noSequence.at(host.locate([], 'key'), { ip: host.ip, cluster: String(pg_cluster) })];
}

function checkSequences(members: readonly PgsqlMember[]): Diagnostic[] {
  return members.flatMap((member, index) => {
    const earlier = members.slice(0, index).find((other) => other.seq === member.seq);
    if (!earlier) return [];
    const note = { message: 'first here', ...at(earlier, 'pg_seq') };
    return [
      rules.duplicateSequence.at(placeOf(member, 'pg_seq'), { cluster: member.cluster, seq: member.seq }, [
        note,
      ]),
    ];
  });
}

function checkPrimary(members: readonly PgsqlMember[]): Diagnostic[] {
  const [first] = members;
  const [primary, ...others] = members.filter((member) => member.role === 'primary');
  if (!first) return [];
  if (!primary) return [rules.noPrimary.at(placeOf(first, 'pg_role'), { cluster: first.cluster })];
  const note = { message: 'the first one', ...at(primary, 'pg_role') };
  return others.map((other) =>
    rules.twoPrimaries.at(placeOf(other, 'pg_role'), { cluster: other.cluster }, [note]),
  );
}

function checkPatroni([first]: readonly PgsqlMember[]): Diagnostic[] {
  if (!first) return [];
  const { cluster, settings } = first;
  const found = (parameter: string, setting: string) =>
    rules.needsPatroni.at(placeOf(first, parameter), { cluster, setting });
  return [
    ...(settings.patroni_enabled ? [] : [found('patroni_enabled', 'patroni_enabled: false')]),
    ...(settings.patroni_mode === 'remove' ? [found('patroni_mode', 'patroni_mode: remove')] : []),
  ];
}

const storeHost = perSite((site) => site.hosts.find((host) => host.groups.includes('etcd')));

function checkRto(site: Site, members: readonly PgsqlMember[]): Diagnostic[] {
  const [first] = members;
  if (!first || !canRecover(members)) return [];
  const { etcd_election_timeout: election } = storeHost(site)?.parameters.values ?? {};
  const smallest = smallestRto(Number(election ?? 1000) / 1000);
  const { pg_rto: rto } = first.settings;
  if (rto >= smallest) return [];
  return [rules.shortRto.at(placeOf(first, 'pg_rto'), { cluster: first.cluster, rto, smallest })];
}

function checkStore(site: Site, [first]: readonly PgsqlMember[]): Diagnostic[] {
  if (!first || storeHost(site)) return [];
  return [rules.noEtcd.at(placeOf(first, 'pg_cluster'), { cluster: first.cluster })];
}

/** Default services may be empty (a lone primary has no offline member); one that the inventory adds may not. */
function checkServices(members: readonly PgsqlMember[]): Diagnostic[] {
  const [first] = members;
  if (!first) return [];
  return first.settings.pg_services.flatMap((service, index) => {
    const { selected, backup } = selectMembers(service, members);
    if (selected.length + backup.length > 0) return [];
    const place = first.host.parameters.place('pg_services', [index]);
    return [rules.noBackend.at(place, { service: service.name, cluster: first.cluster })];
  });
}

/** What Patroni keeps once for all members, or one member needs to know of another. */
const OF_CLUSTER = [
  'pg_version',
  'pg_namespace',
  'pg_rto',
  'pg_rpo',
  'pg_mode',
  'pg_shard',
  'pg_group',
  'patroni_citus_db',
  'pg_service_provider',
  'pg_dbsu',
  'pg_admin_username',
  'pg_monitor_username',
  'pg_replication_username',
  'pg_replication_password',
  'patroni_username',
  'patroni_password',
  'patroni_port',
  'patroni_mode',
  'patroni_ssl_enabled',
  'pgbouncer_auth_query',
  'pg_vip_enabled',
  'pg_vip_address',
] as const;

function checkSameness([first, ...others]: readonly PgsqlMember[]): Diagnostic[] {
  if (!first) return [];
  return OF_CLUSTER.flatMap((parameter) => {
    const other = others.find(({ settings }) => settings[parameter] !== first.settings[parameter]);
    if (!other) return [];
    const words = {
      cluster: first.cluster,
      parameter,
      instance: other.instance,
      other: first.instance,
    };
    const note = { message: `that of ${first.instance}`, ...at(first, parameter) };
    return [rules.membersDiffer.at(placeOf(other, parameter), words, [note])];
  });
}

/** What a cluster's variables refer to; they are the same for all members, so the first one stands for them. */
function checkContent([first]: readonly PgsqlMember[], { files }: Site): Diagnostic[] {
  if (!first) return [];
  return [
    ...checkHbaUsers(first),
    ...checkBackups(first),
    ...checkPool(first),
    ...checkPackages(first),
    ...checkBaselines(first, files),
  ];
}

function checkHbaUsers(member: PgsqlMember): Diagnostic[] {
  const known = new Set(allUsers(member.settings).map((user) => user.name));
  const isKnown = (user: string) =>
    user === 'all' ||
    user.startsWith('${') ||
    known.has(user) ||
    (user.startsWith('+') && known.has(user.slice(1)));
  const unknown = (parameter: 'pg_hba_rules' | 'pgb_hba_rules', list: readonly HbaRule[]) =>
    list.flatMap((hba, index) => {
      const users = (hba.user ?? 'all').split(',').map((user) => user.trim());
      const place = member.host.parameters.place(parameter, [index, 'user']);
      return users.filter((user) => !isKnown(user)).map((user) => rules.unknownHbaUser.at(place, { user }));
    });
  return [
    ...unknown('pg_hba_rules', member.settings.pg_hba_rules),
    ...unknown('pgb_hba_rules', member.settings.pgb_hba_rules),
  ];
}

function checkPool(member: PgsqlMember): Diagnostic[] {
  return member.settings.pg_databases.flatMap(({ name, pgbouncer }, index) => {
    if (pgbouncer === false || isPoolable(name)) return [];
    return [
      rules.notPoolable.at(member.host.parameters.place('pg_databases', [index, 'name']), { database: name }),
    ];
  });
}

function at(member: PgsqlMember, parameter: string): { place: Place } {
  return { place: placeOf(member, parameter) };
}
