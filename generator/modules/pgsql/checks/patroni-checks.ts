import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import { perSite } from '../../../model/per-site.ts';
import type { Site } from '../../../model/site.ts';
import { canRecover, smallestRto, unprotectedHosts } from '../ha/recovery.ts';
import { type PgsqlMember, placeOf } from '../members.ts';

const rules = {
  noEtcd: rule<{ cluster: string }>('pgsql/no-etcd', {
    severity: 'error',
    message: ({ cluster }) => `cluster ${cluster} needs etcd, but the inventory has no group \`etcd\``,
    help: () => 'add `etcd: { hosts: { <ip>: { etcd_seq: 1 } } }` under `all.children`',
  }),
  needsPatroni: rule<{ cluster: string; setting: string }>('pgsql/needs-patroni', {
    severity: 'error',
    message: ({ cluster, setting }) =>
      `\`${setting}\` of cluster ${cluster} is not supported: PostgreSQL always runs under Patroni`,
    label: () => 'set here',
    help: () => 'use `patroni_mode: pause` to disable failover',
  }),
  shortRto: rule<{ cluster: string; rto: number; smallest: number }>('pgsql/rto-too-short', {
    severity: 'error',
    message: ({ cluster, rto }) => `cluster ${cluster} cannot keep \`pg_rto: ${rto}\``,
    help: ({ smallest }) =>
      `the minimum is ${smallest} s: a lease that tolerates short interruptions, and the time to detect that it has expired`,
  }),
  hostWithoutFailover: rule<{ cluster: string; ip: string; count: number }>('pgsql/host-without-failover', {
    severity: 'warning',
    message: ({ cluster, ip }) =>
      `cluster ${cluster} has no failover if host ${ip} is lost: etcd has no quorum without it`,
    label: ({ count }) => (count === 1 ? 'the only etcd member' : `one of ${count} etcd members`),
    help: () => 'use three etcd members, on three hosts; until the host is back, writes stop',
  }),
};

/** Checks Patroni, its timeouts, and the configuration store. */
export function checkPatroni(site: Site, members: readonly PgsqlMember[]): Diagnostic[] {
  return [
    ...checkEnabled(members),
    ...checkRto(site, members),
    ...checkStore(site, members),
    ...checkQuorum(site, members),
  ];
}

function checkEnabled([first]: readonly PgsqlMember[]): Diagnostic[] {
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

/** Clusters that promise a failover, on hosts that etcd needs. */
function checkQuorum(site: Site, members: readonly PgsqlMember[]): Diagnostic[] {
  if (!canRecover(members)) return [];
  const store = storeMembers(site);
  const hosts = unprotectedHosts(members, store);
  return store.flatMap((host) => {
    if (!hosts.includes(host.ip)) return [];
    const words = { cluster: members[0]?.cluster ?? '', ip: host.ip, count: store.length };
    return [rules.hostWithoutFailover.at(host.parameters.place('etcd_seq'), words)];
  });
}

const storeMembers = perSite((site) =>
  site.hosts.filter(
    ({ groups, parameters }) => groups.includes('etcd') && parameters.values.etcd_seq !== undefined,
  ),
);
