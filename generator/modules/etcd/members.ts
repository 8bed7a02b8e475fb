import { settingsOf } from '../../model/module.ts';
import { perSite } from '../../model/per-site.ts';
import type { SiteHost } from '../../model/site.ts';

export type EtcdMember = { readonly host: SiteHost; readonly seq: number; readonly instance: string };

/** Membership is by the fixed group name `etcd` (pigsty.md section 1). */
export function isEtcdHost(host: SiteHost): boolean {
  return host.groups.includes('etcd');
}

/** The members by etcd_seq; hosts without one are ignored. */
export const etcdMembers = perSite((site): readonly EtcdMember[] =>
  site.hosts
    .filter((host) => isEtcdHost(host) && host.parameters.values.etcd_seq !== undefined)
    .map((host) => {
      const { etcd_seq: seq = 0, etcd_cluster: cluster } = settingsOf(host);
      return { host, seq, instance: `${cluster}-${seq}` };
    })
    .sort((a, b) => a.seq - b.seq),
);

export type ElectionTimes = { readonly heartbeatMilliseconds: number; readonly electionMilliseconds: number };

/** A single member elects itself after this time at every start, and needs no tolerance for network delays. */
export function electionTimes([first, ...others]: readonly EtcdMember[]): ElectionTimes {
  if (!first) return { heartbeatMilliseconds: 0, electionMilliseconds: 0 };
  const { parameters } = first.host;
  const names = ['etcd_heartbeat_interval', 'etcd_election_timeout'];
  const isDeclared = names.some((name) => parameters.origin(name).scope !== 'default');
  if (others.length === 0 && !isDeclared) return { heartbeatMilliseconds: 10, electionMilliseconds: 100 };
  const { etcd_heartbeat_interval: heartbeat, etcd_election_timeout: election } = settingsOf(first.host);
  return { heartbeatMilliseconds: heartbeat, electionMilliseconds: election };
}

export function clientUrl({ host }: EtcdMember): string {
  return `https://${host.ip}:${settingsOf(host).etcd_port}`;
}

export function peerUrl({ host }: EtcdMember): string {
  return `https://${host.ip}:${settingsOf(host).etcd_peer_port}`;
}

/** A member as in etcd's `initial-cluster`: name and peer URL. */
export function initialCluster(member: EtcdMember): string {
  return `${member.instance}=${peerUrl(member)}`;
}
