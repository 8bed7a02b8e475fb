import type { SettingsOf } from '../../model/settings.ts';
import { section, WITHOUT_EFFECT } from '../params-section.ts';
import { AbsolutePath, ClusterName, Count, Flag, oneOf, Port, Positive } from '../schemas.ts';

// biome-ignore format: a table, one parameter per row
export const rows = section('ETCD', [
  { id: 501, name: 'etcd_seq', level: 'I', schema: Count,
    meaning: 'permanent number of the member; its name is etcd-<seq>' },
  { id: 502, name: 'etcd_cluster', isIdentity: true, level: 'C', schema: ClusterName, default: 'etcd',
    meaning: 'name of the etcd cluster and first part of its members\' names' },
  { id: 503, name: 'etcd_safeguard', level: 'G/C/A', schema: Flag, default: false, note: WITHOUT_EFFECT,
    meaning: 'refuse to remove a member that is running' },
  { id: 504, name: 'etcd_clean', level: 'G/C/A', schema: Flag, default: true, note: WITHOUT_EFFECT,
    meaning: 'remove an existing member before setting up a new one' },
  { id: 505, name: 'etcd_data', level: 'C', schema: AbsolutePath, default: '/data/etcd',
    meaning: 'data directory of etcd' },
  { id: 506, name: 'etcd_port', level: 'C', schema: Port, default: 2379,
    meaning: 'port for clients, such as Patroni' },
  { id: 507, name: 'etcd_peer_port', level: 'C', schema: Port, default: 2380,
    meaning: 'port for connections between members' },
  { id: 508, name: 'etcd_init', level: 'C', schema: oneOf('new', 'existing'), default: 'new',
    meaning: 'whether the members form a new cluster or join an existing one' },
  { id: 509, name: 'etcd_election_timeout', level: 'C', schema: Positive, default: 1000, unit: 'ms',
    meaning: 'time without a heartbeat after which a follower starts an election' },
  { id: 510, name: 'etcd_heartbeat_interval', level: 'C', schema: Positive, default: 100, unit: 'ms',
    meaning: 'time between two heartbeats of the leader' },
]);

declare module '../../model/settings.ts' {
  interface Settings extends SettingsOf<typeof rows> {}
}
