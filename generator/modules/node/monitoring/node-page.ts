import type { Page } from '../../../model/dashboard.ts';
import {
  alertList,
  atLeast,
  chart,
  closedSection,
  column,
  labelColumn,
  linkTo,
  logLines,
  oneOf,
  page,
  section,
  stat,
  states,
  steps,
  table,
  UP,
} from '../../../model/panels.ts';
import { GENERATION, generationColumns } from './generation-columns.ts';

const GROUP = 'Nodes';
const _NODES = 'cls=~"${cls:regex}"';
const NODE = 'ip="$ip"';
const DAY = 86_400;
const _toNode = { link: linkTo('node-instance', 'ip') };
const FULL = steps(0.8, 0.9);

const rate = (metric: string, more = '') => `rate(${metric}{${NODE}${more}}[2m])`;
const memory = (name: string) => `node_memory_${name}_bytes{${NODE}}`;

const now = section(
  'Now',
  stat('State', `node_up{${NODE}}`, { texts: UP }),
  stat('Name', `node_up{${NODE}}`, { label: 'ins' }),
  stat('CPU', `node:ins:cpu_usage_1m{${NODE}}`, { unit: 'ratio', steps: steps(0.7, 0.9), trend: true }),
  stat('Memory', `node:ins:mem_usage{${NODE}}`, { unit: 'ratio', steps: steps(0.85, 0.95), trend: true }),
  stat('Fullest disk', `node:ins:space_usage_max{${NODE}}`, { unit: 'ratio', steps: FULL }),
  stat('Clock off by', `node:ins:time_drift{${NODE}}`, { unit: 'seconds', steps: steps(0.05, 1) }),
  stat('Cores', `node:ins:cpu_count{${NODE}}`),
  stat('Memory size', memory('MemTotal'), { unit: 'bytes' }),
  stat('Running for', `time() - node_boot_time_seconds{${NODE}}`, { unit: 'seconds' }),
  stat('Kernel', `node_uname_info{${NODE}}`, { label: 'release' }),
  stat('PostgreSQL', `pg_up{${NODE}}`, { label: 'ins', link: linkTo('pgsql-instance', 'cls', 'ins') }),
  stat('Out of memory', `increase(node_vmstat_oom_kill{${NODE}}[1d])`, {
    steps: [
      { from: 0, level: 'good' },
      { from: 0.5, level: 'bad' },
    ],
    help: 'Processes that the kernel killed for want of memory in the last day.',
  }),
  table(
    'Generation',
    ['ip'],
    [
      labelColumn('Node', 'ins'),
      labelColumn('Digest', 'digest', undefined, `${GENERATION.info}{${NODE}}`),
      column('Applied', `${GENERATION.applied}{${NODE}}`, 'timestamp'),
      ...generationColumns(NODE),
    ],
    { rows: `node_up{${NODE}}` },
  ),
  alertList('Alerts', { ip: '$ip' }),
);

const processor = section(
  'Processor and memory',
  chart('CPU by core', 'ratio', { '{{cpu}}': `node:cpu:usage{${NODE}}` }, { max: 1 }),
  chart(
    'CPU by mode',
    'none',
    { '{{mode}}': `sum by (mode) (${rate('node_cpu_seconds_total', ',mode!="idle"')})` },
    { stacked: true, help: 'Cores that are busy.' },
  ),
  chart('Load per core', 'none', {
    '1 min': `node:ins:stdload1{${NODE}}`,
    '5 min': `node:ins:stdload5{${NODE}}`,
    '15 min': `node:ins:stdload15{${NODE}}`,
  }),
  chart(
    'Memory',
    'bytes',
    {
      programs: `node:ins:mem_app{${NODE}}`,
      'page cache': `node:ins:mem_cache{${NODE}}`,
      kernel: `node:ins:mem_kernel{${NODE}}`,
      free: memory('MemFree'),
    },
    { stacked: true },
  ),
  chart('Committed', 'ratio', {
    committed: `node:ins:mem_commit_ratio{${NODE}}`,
    swap: `node:ins:swap_usage{${NODE}}`,
  }),
  chart('Huge pages', 'none', {
    total: `node_memory_HugePages_Total{${NODE}}`,
    free: `node_memory_HugePages_Free{${NODE}}`,
    reserved: `node_memory_HugePages_Rsvd{${NODE}}`,
  }),
  chart(
    'Waiting for resources',
    'ratio',
    {
      CPU: rate('node_pressure_cpu_waiting_seconds_total'),
      memory: rate('node_pressure_memory_waiting_seconds_total'),
      'input and output': rate('node_pressure_io_waiting_seconds_total'),
    },
    { help: 'Share of time in which some process waited.' },
  ),
  chart('Processes', 'none', {
    running: `node_procs_running{${NODE}}`,
    blocked: `node_procs_blocked{${NODE}}`,
  }),
  chart('Paging', 'perSecond', {
    'major faults': rate('node_vmstat_pgmajfault'),
    'swapped in': rate('node_vmstat_pswpin'),
    'swapped out': rate('node_vmstat_pswpout'),
  }),
  chart('Context switches and forks', 'perSecond', {
    switches: rate('node_context_switches_total'),
    forks: rate('node_forks_total'),
    interrupts: rate('node_intr_total'),
  }),
  chart('Dirty pages', 'bytes', { dirty: memory('Dirty'), 'being written': memory('Writeback') }),
  chart('Files open', 'ratio', { used: `node:ins:fd_usage{${NODE}}` }),
);

const disks = section(
  'Disks',
  chart('Operations', 'perSecond', {
    '{{device}} reads': `node:dev:disk_reads_rate1m{${NODE}}`,
    '{{device}} writes': `node:dev:disk_writes_rate1m{${NODE}}`,
  }),
  chart('Bytes', 'bytesPerSecond', {
    '{{device}} read': `node:dev:disk_read_bytes_rate1m{${NODE}}`,
    '{{device}} written': `node:dev:disk_write_bytes_rate1m{${NODE}}`,
  }),
  chart('Time of an operation', 'seconds', {
    '{{device}} read': `node:dev:disk_read_rt_1m{${NODE}}`,
    '{{device}} write': `node:dev:disk_write_rt_1m{${NODE}}`,
  }),
  chart('Busy', 'ratio', { '{{device}}': `node:dev:disk_util_1m{${NODE}}` }, { max: 1 }),
  chart('Queue', 'none', { '{{device}}': `node:dev:disk_avg_queue_size{${NODE}}` }),
  chart('Space used', 'ratio', { '{{mountpoint}}': `node:fs:space_usage{${NODE}}` }, { max: 1 }),
  table(
    'File systems',
    ['mountpoint'],
    [
      labelColumn('Mounted at', 'mountpoint'),
      labelColumn('Device', 'device'),
      labelColumn('Type', 'fstype'),
      column('Size', `node:fs:size_bytes{${NODE}}`, 'bytes'),
      column('Free', `node:fs:avail_bytes{${NODE}}`, 'bytes'),
      column('Used', `node:fs:space_usage{${NODE}}`, 'ratio', { bar: 1, steps: FULL }),
      column('Inodes', `node:fs:inode_usage{${NODE}}`, 'ratio', { bar: 1, steps: FULL }),
      column('Full in', `node:fs:space_exhaust{${NODE}} > 0`, 'seconds'),
    ],
    { rows: `node:fs:size_bytes{${NODE}}`, sort: '-Used' },
  ),
);

const network = section(
  'Network',
  chart('Traffic', 'bytesPerSecond', {
    '{{device}} in': `node:dev:network_rx_bytes_rate1m{${NODE}}`,
    '{{device}} out': `node:dev:network_tx_bytes_rate1m{${NODE}}`,
  }),
  chart('Packets', 'perSecond', {
    '{{device}} in': `node:dev:network_rx_pps1m{${NODE}}`,
    '{{device}} out': `node:dev:network_tx_pps1m{${NODE}}`,
  }),
  chart('Errors and drops', 'perSecond', {
    '{{device}} errors': `${rate('node_network_receive_errs_total')} + ${rate('node_network_transmit_errs_total')}`,
    '{{device}} dropped': `${rate('node_network_receive_drop_total')} + ${rate('node_network_transmit_drop_total')}`,
  }),
  chart('TCP connections', 'none', {
    open: `node_netstat_Tcp_CurrEstab{${NODE}}`,
    'waiting for their end': `node_sockstat_TCP_tw{${NODE}}`,
  }),
  chart('TCP segments', 'perSecond', {
    in: `node:ins:tcp_insegs_rate1m{${NODE}}`,
    out: `node:ins:tcp_outsegs_rate1m{${NODE}}`,
  }),
  chart('Sent again', 'ratio', { segments: `node:ins:tcp_retrans_ratio1m{${NODE}}` }),
  chart('TCP errors', 'perSecond', { errors: `node:ins:tcp_error{${NODE}}` }),
  chart('Connections opened', 'perSecond', {
    active: `node:ins:tcp_activeopens_rate1m{${NODE}}`,
    passive: `node:ins:tcp_passiveopens_rate1m{${NODE}}`,
  }),
  chart('Answer to a ping', 'seconds', { ping: `probe_duration_seconds{job="ping",${NODE}}` }),
);

const clock = closedSection(
  'Clock',
  chart('Clock off by', 'seconds', {
    kernel: `node_timex_offset_seconds{${NODE}}`,
    chrony: `chrony_tracking_system_time_seconds{${NODE}}`,
  }),
  chart('Estimated error', 'seconds', { error: `node_timex_estimated_error_seconds{${NODE}}` }),
  states(
    'Synchronised',
    { expression: `chrony_tracking_synchronised{${NODE}}`, legend: '{{ins}}' },
    [
      { value: 1, text: 'yes', level: 'good' },
      { value: 0, text: 'no', level: 'bad' },
    ],
    { width: 4 },
  ),
);

const parts = closedSection(
  'Units and certificates',
  table(
    'Units',
    ['unit'],
    [
      labelColumn('Unit', 'unit'),
      column('State', `${GENERATION.unitActive}{${NODE}}`, 'none', {
        texts: [
          { value: 1, text: 'active', level: 'good' },
          { value: 0, text: 'not active', level: 'bad' },
        ],
      }),
    ],
    { width: 6, sort: 'State' },
  ),
  table(
    'Certificates',
    ['name'],
    [
      labelColumn('Certificate', 'name'),
      column('Ends', `${GENERATION.certificateEnd}{${NODE}}`, 'timestamp'),
      column('In', `${GENERATION.certificateEnd}{${NODE}} - time()`, 'seconds', {
        steps: atLeast(30 * DAY, 7 * DAY),
      }),
    ],
    { width: 6, sort: 'In' },
  ),
);

export const nodePage: Page = page('node-instance', 'Node', {
  group: GROUP,
  order: 201,
  about: 'What does this machine do, and is it as built?',
  variables: [oneOf('ip', 'Address', 'node_up')],
  sections: [
    now,
    parts,
    processor,
    disks,
    network,
    clock,
    section('Log', logLines('Newest lines', { IP: '$ip' }, { limit: 50 })),
  ],
});
