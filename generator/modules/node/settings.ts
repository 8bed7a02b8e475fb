import type { FirewallPromise } from '../../model/plan.ts';
import type { Settings } from '../../model/settings.ts';

/** Pigsty's name for hosts without a group. */
const NO_CLUSTER = 'nodes';

/** The group of a host: node_cluster if set, then pg_cluster with node_id_from_pg (pigsty.md section 1). */
export function nodeCluster({ node_id_from_pg: fromPg, pg_cluster, node_cluster }: Settings): string {
  return node_cluster === NO_CLUSTER && fromPg ? (pg_cluster ?? node_cluster) : node_cluster;
}

/** `<pg_cluster>-<pg_seq>` with node_id_from_pg, then nodename, then the address with dashes. */
export function nodeName(settings: Settings, ip: string): string {
  const { node_id_from_pg: fromPg, pg_cluster: cluster, pg_seq: seq, nodename } = settings;
  if (fromPg && cluster !== undefined && seq !== undefined) return `${cluster}-${seq}`;
  return nodename ?? `node-${ip.replaceAll('.', '-')}`;
}

/** What happens with the packet filters of the host; without `node_firewall_mode`, `node_disable_firewall` decides. */
export function firewallMode(settings: Settings): FirewallPromise['mode'] {
  return settings.node_firewall_mode ?? (settings.node_disable_firewall ? 'off' : 'none');
}
