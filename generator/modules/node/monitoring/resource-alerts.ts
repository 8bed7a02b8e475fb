import { type Alert, NODE, NUMBER, PERCENT, SECONDS } from '../../../text/alerting.ts';
import { FILE_SYSTEMS } from './file-system-rules.ts';

/** Alerts about what a host has: processors, memory, disks, networks. */
export function resourceAlerts(): Alert[] {
  return [...loadAlerts(), ...spaceAlerts(), ...networkAlerts()];
}

function loadAlerts(): Alert[] {
  return [
    {
      alert: 'NodeCpuHigh',
      expr: 'node:ins:cpu_usage_1m > 0.7',
      for: '1m',
      level: 1,
      summary: `${NODE}: processors are busy ${PERCENT} of the time`,
    },
    {
      alert: 'NodeLoadHigh',
      expr: 'node:ins:stdload1 > 1',
      for: '1m',
      level: 1,
      summary: `${NODE}: load per core is ${NUMBER}`,
    },
    {
      alert: 'NodeOutOfMem',
      expr: 'node:ins:mem_avail < 0.1',
      for: '1m',
      level: 1,
      summary: `${NODE}: only ${PERCENT} of the memory is available`,
    },
    {
      alert: 'NodeMemSwapped',
      expr: 'node:ins:swap_usage > 0.01',
      for: '5m',
      level: 2,
      summary: `${NODE}: ${PERCENT} of the swap space is used`,
    },
    {
      alert: 'NodeOomKill',
      expr: 'increase(node_vmstat_oom_kill[5m]) > 0',
      level: 1,
      summary: `${NODE}: the kernel has killed about ${NUMBER} processes for want of memory in 5 minutes`,
    },
  ];
}

function spaceAlerts(): Alert[] {
  const where = `${NODE}: file system {{ $labels.mountpoint }}`;
  return [
    {
      alert: 'NodeFsSpaceFull',
      expr: 'node:fs:space_usage > 0.9',
      for: '1m',
      level: 1,
      summary: `${where} is ${PERCENT} full`,
    },
    {
      alert: 'NodeFsFullSoon',
      expr: `node:fs:space_exhaust >= 0 and node:fs:space_exhaust < ${6 * 3600} and node:fs:space_usage > 0.5`,
      for: '30m',
      level: 1,
      summary: `${where} is full in ${SECONDS} if it fills as in the last hour`,
    },
    {
      alert: 'NodeFsFilesFull',
      expr: 'node:fs:inode_usage > 0.9',
      for: '1m',
      level: 1,
      summary: `${where} has used ${PERCENT} of its inodes`,
    },
    {
      alert: 'NodeFsReadOnly',
      expr: `node_filesystem_readonly${FILE_SYSTEMS} == 1 and min_over_time(node_filesystem_readonly${FILE_SYSTEMS}[1d]) == 0`,
      for: '1m',
      level: 0,
      summary: `${where} has become read-only (node_filesystem_readonly is {{ $value }})`,
    },
    {
      alert: 'NodeFdFull',
      expr: 'node:ins:fd_usage > 0.9',
      for: '1m',
      level: 1,
      summary: `${NODE}: ${PERCENT} of the file handles are used`,
    },
    {
      alert: 'NodeDiskSlow',
      expr: 'node:dev:disk_read_rt_1m > 0.032 or node:dev:disk_write_rt_1m > 0.032',
      for: '1m',
      level: 1,
      summary: `${NODE}: a request to disk {{ $labels.device }} takes ${SECONDS}`,
    },
  ];
}

function networkAlerts(): Alert[] {
  return [
    {
      alert: 'NodeTcpErrHigh',
      expr: 'node:ins:tcp_error > 1',
      for: '1m',
      level: 1,
      summary: `${NODE}: ${NUMBER} TCP connections or segments a second are dropped`,
    },
    {
      alert: 'NodeTcpRetransHigh',
      expr: 'node:ins:tcp_retrans_ratio1m > 0.01',
      for: '1m',
      level: 1,
      summary: `${NODE}: ${PERCENT} of the TCP segments are sent again`,
    },
    {
      alert: 'VipDown',
      // Each of the hosts that may have it is a target.
      expr: 'max by (job, cls, vip) (probe_success{job=~"node-vip|pgsql-vip"}) < 1',
      for: '1m',
      level: 0,
      summary:
        'VIP {{ $labels.vip }} of {{ $labels.cls }} does not answer pings, probe_success is {{ $value }}',
    },
    {
      alert: 'VipTwice',
      expr: 'sum by (vip) (pigsty_vip_present) > 1',
      for: '1m',
      level: 0,
      summary: 'VIP {{ $labels.vip }} is on {{ $value }} hosts at once',
    },
  ];
}
