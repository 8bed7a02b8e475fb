import type { AlertCase, Series } from '../../support/rule-tests.ts';
import { cls, ins, NODE, node, PING, series, without } from './targets.ts';

const FS = { device: '/dev/sda1', device_error: '', fstype: 'ext4', mountpoint: '/data' };
/** An empty label is none. */
const ON_DATA = { ...NODE, ...without(FS, 'device_error') };
const DISK = { device: 'nvme0n1' };

/** Counters of two cores, of whose time this share is idle. */
function cores(well: number, bad: number): Series[] {
  return ['0', '1'].map((cpu) =>
    node('node_cpu_seconds_total', { rate: well }, { rate: bad }, { cpu, mode: 'idle' }),
  );
}

function sized(files: boolean, well: number, bad: number): Series[] {
  const [size, left] = files ? ['files', 'files_free'] : ['size_bytes', 'avail_bytes'];
  return [
    node(`node_filesystem_${size}`, 1e6, 1e6, FS),
    node(`node_filesystem_${left}`, well * 1e6, bad * 1e6, FS),
  ];
}

const LOAD: AlertCase[] = [
  {
    alert: 'NodeCpuHigh',
    series: cores(0.9, 0.2),
    labels: ins(NODE),
    summary: 'Node pg-test-1 (10.10.10.11): processors are busy 80% of the time',
  },
  {
    alert: 'NodeLoadHigh',
    series: [...cores(0.9, 0.9), node('node_load1', 0.5, 5)],
    labels: ins(NODE),
    summary: 'Node pg-test-1 (10.10.10.11): load per core is 2.5',
  },
  {
    alert: 'NodeOutOfMem',
    series: [node('node_memory_MemTotal_bytes', 8e9), node('node_memory_MemAvailable_bytes', 4e9, 4e8)],
    labels: ins(NODE),
    summary: 'Node pg-test-1 (10.10.10.11): only 5% of the memory is available',
  },
  {
    alert: 'NodeMemSwapped',
    series: [node('node_memory_SwapTotal_bytes', 1e9), node('node_memory_SwapFree_bytes', 1e9, 8e8)],
    labels: ins(NODE),
    summary: 'Node pg-test-1 (10.10.10.11): 20% of the swap space is used',
  },
  {
    alert: 'NodeOomKill',
    series: [node('node_vmstat_oom_kill', { rate: 0 }, { rate: 0.01 })],
    labels: NODE,
    summary:
      'Node pg-test-1 (10.10.10.11): the kernel has killed about 3 processes for want of memory in 5 minutes',
  },
];

const SPACE: AlertCase[] = [
  {
    alert: 'NodeFsSpaceFull',
    series: sized(false, 0.5, 0.05),
    labels: ON_DATA,
    summary: 'Node pg-test-1 (10.10.10.11): file system /data is 95% full',
  },
  {
    alert: 'NodeFsFullSoon',
    series: [
      node('node_filesystem_size_bytes', 1e6, 1e6, FS),
      node('node_filesystem_avail_bytes', 450_000, { from: 450_000, rate: -30 }, FS),
    ],
    labels: ON_DATA,
    summary:
      'Node pg-test-1 (10.10.10.11): file system /data is full in 2h 40m 10s if it fills as in the last hour',
    minutes: { bad: 90, again: 90 },
  },
  {
    alert: 'NodeFsFilesFull',
    series: sized(true, 0.5, 0.05),
    labels: ON_DATA,
    summary: 'Node pg-test-1 (10.10.10.11): file system /data has used 95% of its inodes',
  },
  {
    alert: 'NodeFsReadOnly',
    series: [node('node_filesystem_readonly', 0, 1, FS)],
    labels: ON_DATA,
    summary:
      'Node pg-test-1 (10.10.10.11): file system /data has become read-only (node_filesystem_readonly is 1)',
  },
  {
    alert: 'NodeFdFull',
    series: [node('node_filefd_allocated', 1000, 95_000), node('node_filefd_maximum', 100_000)],
    labels: ins(NODE),
    summary: 'Node pg-test-1 (10.10.10.11): 95% of the file handles are used',
  },
  {
    alert: 'NodeDiskSlow',
    series: [
      node('node_disk_reads_completed_total', { rate: 100 }, { rate: 100 }, DISK),
      node('node_disk_read_time_seconds_total', { rate: 0.1 }, { rate: 5 }, DISK),
    ],
    labels: { ...NODE, ...DISK },
    summary: 'Node pg-test-1 (10.10.10.11): a request to disk nvme0n1 takes 50ms',
  },
];

const NETWORK: AlertCase[] = [
  {
    alert: 'NodeTcpErrHigh',
    series: [
      node('node_netstat_TcpExt_ListenDrops', { rate: 0 }, { rate: 2 }),
      node('node_netstat_Tcp_InErrs', { rate: 0 }),
    ],
    labels: ins(NODE),
    summary: 'Node pg-test-1 (10.10.10.11): 2 TCP connections or segments a second are dropped',
  },
  {
    alert: 'NodeTcpRetransHigh',
    series: [
      node('node_netstat_Tcp_RetransSegs', { rate: 0 }, { rate: 5 }),
      node('node_netstat_Tcp_OutSegs', { rate: 100 }),
    ],
    labels: ins(NODE),
    summary: 'Node pg-test-1 (10.10.10.11): 5% of the TCP segments are sent again',
  },
  {
    alert: 'VipDown',
    series: [
      series('probe_success', { ...PING, job: 'pgsql-vip', instance: '10.10.10.2', vip: '10.10.10.2' }, 1, 0),
    ],
    labels: { ...cls({ ...PING, job: 'pgsql-vip' }), vip: '10.10.10.2' },
    summary: 'VIP 10.10.10.2 of pg-test does not answer pings, probe_success is 0',
  },
  {
    alert: 'VipTwice',
    series: [
      node('pigsty_vip_present', 1, 1, { vip: '10.10.10.2', cluster: 'pg-test' }),
      node('pigsty_vip_present', 0, 1, {
        vip: '10.10.10.2',
        cluster: 'pg-test',
        ins: 'pg-test-2',
        instance: '10.10.10.12:9100',
      }),
    ],
    labels: { vip: '10.10.10.2' },
    summary: 'VIP 10.10.10.2 is on 2 hosts at once',
  },
];

/** Processors, memory, disks, networks. */
export const RESOURCE_CASES: readonly AlertCase[] = [...LOAD, ...SPACE, ...NETWORK];
