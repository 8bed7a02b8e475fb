import type { Value } from '../../model/inventory.ts';
import type { HaproxyService, PackageSource } from './schemas.ts';

/** The parameters that this module reads, as its table types them; names as in the inventory. */
export type NodeSettings = {
  readonly nodename?: string;
  readonly nodename_exchange: boolean;
  readonly node_id_from_pg: boolean;
  readonly node_cluster: string;
  readonly node_default_etc_hosts: readonly string[];
  readonly node_etc_hosts: readonly string[];
  readonly node_dns_method: 'add' | 'none' | 'overwrite';
  readonly node_dns_servers: readonly string[];
  readonly node_dns_options: readonly string[];
  readonly node_disable_firewall: boolean;
  readonly node_disable_swap: boolean;
  readonly node_static_network: boolean;
  readonly node_disk_prefetch: boolean;
  readonly node_disable_numa: boolean;
  readonly node_kernel_modules: readonly string[];
  readonly node_hugepage_count: number;
  readonly node_hugepage_ratio: number;
  readonly node_overcommit_ratio: number;
  readonly node_tune: 'none' | 'oltp' | 'olap' | 'crit' | 'tiny';
  readonly node_sysctl_params: { readonly [name: string]: Value };
  readonly node_data: string;
  readonly node_admin_enabled: boolean;
  readonly node_admin_uid: number;
  readonly node_admin_username: string;
  readonly node_admin_ssh_exchange: boolean;
  readonly node_admin_pk_list: readonly string[];
  readonly node_timezone: string;
  readonly node_ntp_enabled: boolean;
  readonly node_ntp_servers: readonly string[];
  readonly node_crontab: readonly string[];
  readonly node_os: string;
  readonly node_cpu?: number;
  readonly node_mem_mb?: number;
  readonly image_platform: string;
  readonly image_sources: readonly PackageSource[];
  readonly haproxy_enabled: boolean;
  readonly haproxy_admin_username: string;
  readonly haproxy_admin_password: string;
  readonly haproxy_exporter_port: number;
  readonly haproxy_services: readonly HaproxyService[];
  readonly haproxy_client_timeout: string;
  readonly haproxy_server_timeout: string;
  readonly vip_enabled: boolean;
  readonly vip_address?: string;
  readonly vip_vrid?: number;
  readonly vip_role: 'master' | 'backup';
  readonly vip_preempt: boolean;
  readonly vip_interface: string;
  readonly pg_cluster?: string;
  readonly pg_seq?: number;
};

/** Pigsty's name for hosts that are of no group. */
const NO_CLUSTER = 'nodes';

/** The group that a host is counted to: node_cluster where it is set, then pg_cluster when node_id_from_pg (pigsty.md section 1). */
export function nodeCluster({ node_id_from_pg: fromPg, pg_cluster, node_cluster }: NodeSettings): string {
  return node_cluster === NO_CLUSTER && fromPg ? (pg_cluster ?? node_cluster) : node_cluster;
}

/** `<pg_cluster>-<pg_seq>` when node_id_from_pg and there is one, then nodename, then the address with dashes. */
export function nodeName(settings: NodeSettings, ip: string): string {
  const { node_id_from_pg: fromPg, pg_cluster: cluster, pg_seq: seq, nodename } = settings;
  if (fromPg && cluster !== undefined && seq !== undefined) return `${cluster}-${seq}`;
  return nodename ?? `node-${ip.replaceAll('.', '-')}`;
}
