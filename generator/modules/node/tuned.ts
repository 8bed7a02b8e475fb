/*
 * Kernel settings of Pigsty's tuned profiles as sysctl.d lines (pigsty-defaults.yml, NODE_TUNE). Left out: keys that no
 * current kernel has (tcp_tw_recycle, sched_*), shared memory limits whose defaults are now high enough, and settings of
 * bridges and routers. Added: tcp_retries2 (docs/high-availability.md). With a leading `-`, a key that the kernel does not have is
 * ignored (sysctl.d(5)).
 */
export type Profile = 'oltp' | 'olap' | 'crit' | 'tiny';
type Keys = Record<string, string | number>;

const COMMON: Keys = {
  'kernel.numa_balancing': 0,
  'kernel.shmmni': 8192,
  'kernel.msgmni': 32768,
  'kernel.msgmnb': 65536,
  'kernel.msgmax': 65536,
  'kernel.pid_max': 131072,
  'kernel.sem': '2048 134217728 2048 65536',
  'vm.swappiness': 1,
  'vm.zone_reclaim_mode': 0,
  'vm.mmap_min_addr': 65536,
  'fs.file-max': 167772160,
  'fs.aio-max-nr': 1048576,
  'net.core.somaxconn': 65535,
  'net.core.netdev_max_backlog': 8192,
  'net.core.rmem_default': 262144,
  'net.core.wmem_default': 262144,
  'net.core.rmem_max': 4194304,
  'net.core.wmem_max': 4194304,
  'net.ipv4.ip_nonlocal_bind': 1,
  'net.ipv4.ip_local_port_range': '32768 65000',
  'net.ipv4.tcp_timestamps': 1,
  'net.ipv4.tcp_tw_reuse': 1,
  // Pigsty switches these off: a flood of half-open connections then stops all services.
  'net.ipv4.tcp_syncookies': 1,
  'net.ipv4.tcp_synack_retries': 1,
  'net.ipv4.tcp_syn_retries': 1,
  'net.ipv4.tcp_retries2': 5,
  'net.ipv4.tcp_rmem': '4096 87380 16777216',
  'net.ipv4.tcp_wmem': '4096 16384 16777216',
  'net.ipv4.udp_mem': '3145728 4194304 16777216',
  'net.ipv4.tcp_keepalive_intvl': 20,
  'net.ipv4.tcp_keepalive_probes': 3,
  'net.ipv4.tcp_keepalive_time': 60,
  'net.ipv4.tcp_fin_timeout': 5,
  'net.ipv4.tcp_max_tw_buckets': 262144,
  'net.ipv4.tcp_max_syn_backlog': 8192,
  'net.ipv4.neigh.default.gc_thresh1': 80000,
  'net.ipv4.neigh.default.gc_thresh2': 90000,
  'net.ipv4.neigh.default.gc_thresh3': 100000,
};

/** The keys of a profile; `overcommitRatio` 0 keeps the overcommit of the profile. */
export function profileKeys(profile: Profile, overcommitRatio: number): Keys {
  const strict = { 'vm.overcommit_memory': 2, 'vm.overcommit_ratio': overcommitRatio };
  const overcommit = overcommitRatio > 0 ? strict : { 'vm.overcommit_memory': 0 };
  switch (profile) {
    case 'oltp':
      return { ...COMMON, ...overcommit, 'vm.dirty_background_ratio': 3, 'vm.dirty_ratio': 30 };
    case 'olap':
      return { ...COMMON, ...overcommit, 'vm.dirty_background_ratio': 20, 'vm.dirty_ratio': 90 };
    case 'crit':
      return { ...COMMON, 'vm.dirty_background_bytes': 67108864, 'vm.dirty_ratio': 10 };
    case 'tiny':
      return { ...overcommit, 'kernel.numa_balancing': 0, 'vm.dirty_ratio': 50, 'vm.swappiness': 10 };
  }
}
