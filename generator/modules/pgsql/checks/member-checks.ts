import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import type { Place } from '../../../model/origin.ts';
import type { SiteHost } from '../../../model/site.ts';
import { ADDRESS } from '../../../text/address.ts';
import { listenAddresses, listensEverywhere } from '../ha/listen.ts';
import { type PgsqlMember, placeOf } from '../members.ts';

const rules = {
  noSequence: rule<{ ip: string; cluster: string }>('pgsql/no-seq', {
    severity: 'error',
    message: ({ ip, cluster }) => `host ${ip} of cluster ${cluster} has no \`pg_seq\``,
    help: () => 'give each member a permanent number: `pg_seq: 1`',
  }),
  noCluster: rule<{ ip: string; names: readonly string[] }>('pgsql/no-cluster', {
    severity: 'error',
    message: ({ ip, names }) =>
      `host ${ip} has \`${names.join('`, `')}\`, but no \`pg_cluster\`: it is in no cluster`,
    label: () => 'set here, without effect',
    help: () => 'set `pg_cluster` in the `vars` of its group',
  }),
  duplicateSequence: rule<{ cluster: string; seq: number }>('pgsql/duplicate-seq', {
    severity: 'error',
    message: ({ cluster, seq }) => `two members of cluster ${cluster} have \`pg_seq: ${seq}\``,
    label: () => 'duplicate',
    help: ({ cluster, seq }) => `both would be ${cluster}-${seq}; give one of them another number`,
  }),
  noPrimary: rule<{ cluster: string }>('pgsql/no-primary', {
    severity: 'error',
    message: ({ cluster }) => `cluster ${cluster} has no primary`,
    label: () => 'not `primary`',
    help: () => 'give exactly one member `pg_role: primary`',
  }),
  twoPrimaries: rule<{ cluster: string }>('pgsql/two-primaries', {
    severity: 'error',
    message: ({ cluster }) => `cluster ${cluster} has more than one primary`,
    label: () => 'duplicate',
    help: () => 'keep `pg_role: primary` on one member; the others are `replica` or `offline`',
  }),
  membersDiffer: rule<{ cluster: string; parameter: string; instance: string; other: string }>(
    'pgsql/members-differ',
    {
      severity: 'error',
      message: ({ cluster, parameter, instance, other }) =>
        `\`${parameter}\` differs between members of cluster ${cluster}: ${other} and ${instance}`,
      label: () => 'set here',
      help: () => 'it must be the same on all members: set it in the `vars` of the group',
    },
  ),
  notOnOwnAddress: rule<{ instance: string; ip: string }>('pgsql/not-on-own-address', {
    severity: 'error',
    message: ({ instance, ip }) => `\`pg_listen\` of ${instance} leaves out its own address ${ip}`,
    label: () => 'set here',
    help: () => 'add `${ip}`: replicas, services and the health gate connect to it',
  }),
};

/** Each member listens on the address that other members and HAProxy connect to. */
export function checkListen(members: readonly PgsqlMember[]): Diagnostic[] {
  return members.flatMap((member) => {
    const { instance, host } = member;
    const addresses = listenAddresses(member);
    const isReached = addresses.includes(host.ip) || listensEverywhere(addresses);
    // A host name may be that of the host. `::` is for IPv6 alone.
    if (isReached || addresses.some((address) => !ADDRESS.test(address) && !address.includes(':'))) return [];
    return [rules.notOnOwnAddress.at(placeOf(member, 'pg_listen'), { instance, ip: host.ip })];
  });
}

/** A host of a cluster without `pg_seq`. */
export function checkIdentity(host: SiteHost): Diagnostic[] {
  const { pg_seq, pg_cluster } = host.parameters.values;
  if (pg_seq !== undefined) return [];
  return [rules.noSequence.at(host.keyWith('pg_cluster'), { ip: host.ip, cluster: String(pg_cluster) })];
}

/** Parameters that only a member of a cluster has. */
const OF_MEMBER = ['pg_seq', 'pg_role', 'pg_users', 'pg_databases'] as const;

/** A host that has parameters of a cluster, but no cluster. */
export function checkMembership({ ip, parameters }: SiteHost): Diagnostic[] {
  if (parameters.values.pg_cluster !== undefined) return [];
  const names = OF_MEMBER.filter((name) => ['group', 'host'].includes(parameters.origin(name).scope));
  const [first] = names;
  return first ? [rules.noCluster.at(parameters.place(first, [], 'key'), { ip, names })] : [];
}

/** Two members with the same `pg_seq`. */
export function checkSequences(members: readonly PgsqlMember[]): Diagnostic[] {
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

/** Exactly one primary in each cluster. */
export function checkPrimary(members: readonly PgsqlMember[]): Diagnostic[] {
  const [first] = members;
  const [primary, ...others] = members.filter((member) => member.role === 'primary');
  if (!first) return [];
  if (!primary) return [rules.noPrimary.at(placeOf(first, 'pg_role'), { cluster: first.cluster })];
  const note = { message: 'the first one', ...at(primary, 'pg_role') };
  return others.map((other) =>
    rules.twoPrimaries.at(placeOf(other, 'pg_role'), { cluster: other.cluster }, [note]),
  );
}

/** Parameters that Patroni stores once per cluster, or that one member needs from another. */
export const OF_CLUSTER = [
  'pg_version',
  'image_platform',
  'pg_namespace',
  'pg_rto',
  'pg_rpo',
  'pg_conf',
  'pg_max_conn',
  'pg_libs',
  'pg_default_service_dest',
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

/** Parameters of the cluster have the same value on all members. */
export function checkSameValues([first, ...others]: readonly PgsqlMember[]): Diagnostic[] {
  if (!first) return [];
  return OF_CLUSTER.flatMap((parameter) => {
    const other = others.find(({ settings }) => settings[parameter] !== first.settings[parameter]);
    if (!other || isConsequence(parameter, first, other)) return [];
    // The place of a value that the inventory sets; the other member may have the default.
    const [setter, peer] = isSet(other, parameter) ? [other, first] : [first, other];
    const words = { cluster: first.cluster, parameter, instance: setter.instance, other: peer.instance };
    const note = isSet(peer, parameter)
      ? { message: `that of ${peer.instance}`, ...at(peer, parameter) }
      : { message: `${peer.instance} has the default` };
    return [rules.membersDiffer.at(placeOf(setter, parameter), words, [note])];
  });
}

function isSet({ host }: PgsqlMember, parameter: string): boolean {
  return host.parameters.place(parameter) !== undefined;
}

/** Version and platform follow from each other: only the one that the inventory sets apart is reported. */
function isConsequence(parameter: string, first: PgsqlMember, other: PgsqlMember): boolean {
  const isVersionSet = [first, other].some((member) => isSet(member, 'pg_version'));
  if (parameter === 'pg_version') return !isVersionSet;
  return (
    parameter === 'image_platform' && isVersionSet && first.settings.pg_version !== other.settings.pg_version
  );
}

function at(member: PgsqlMember, parameter: string): { place: Place } {
  return { place: placeOf(member, parameter) };
}
