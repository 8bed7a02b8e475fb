import type { Settings } from '../../model/settings.ts';

/** Pigsty's name for hosts that are of no group. */
const NO_CLUSTER = 'nodes';

/** The group that a host is counted to: node_cluster where it is set, then pg_cluster when node_id_from_pg (pigsty.md section 1). */
export function nodeCluster({ node_id_from_pg: fromPg, pg_cluster, node_cluster }: Settings): string {
  return node_cluster === NO_CLUSTER && fromPg ? (pg_cluster ?? node_cluster) : node_cluster;
}

/** `<pg_cluster>-<pg_seq>` when node_id_from_pg and there is one, then nodename, then the address with dashes. */
export function nodeName(settings: Settings, ip: string): string {
  const { node_id_from_pg: fromPg, pg_cluster: cluster, pg_seq: seq, nodename } = settings;
  if (fromPg && cluster !== undefined && seq !== undefined) return `${cluster}-${seq}`;
  return nodename ?? `node-${ip.replaceAll('.', '-')}`;
}
