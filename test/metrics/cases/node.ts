import type { AlertCase, Labels, Series, Value } from '../../support/rule-tests.ts';
import { HAPROXY, ins, NODE, PING, series, without } from './targets.ts';

const FS = { device: '/dev/sda1', device_error: '', fstype: 'ext4', mountpoint: '/data' };
/** An empty label is none. */
const ON_DATA = { ...NODE, ...without(FS, 'device_error') };
const DISK = { device: 'nvme0n1' };

function node(name: string, well: Value, bad?: Value, labels: Labels = {}): Series {
  return series(name, { ...NODE, ...labels }, well, bad);
}

function up(exporter: string, bad: Value = 0): Series {
  return node('up', 1, bad, { exporter });
}

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

const DOWN: AlertCase[] = [
  {
    alert: 'NodeDown',
    series: [up('node')],
    labels: NODE,
    summary: 'Node pg-test-1 (10.10.10.11): node exporter does not answer Prometheus, node_up is 0',
  },
  {
    alert: 'HaproxyDown',
    series: [series('up', HAPROXY, 1, 0)],
    labels: HAPROXY,
    summary: 'Node pg-test-1 (10.10.10.11): HAProxy does not answer Prometheus, haproxy_up is 0',
  },
  ...['promtail', 'docker'].map((exporter) => ({
    alert: exporter === 'docker' ? 'DockerDown' : 'PromtailDown',
    series: [up(exporter)],
    labels: { ...NODE, exporter },
    summary: `Node pg-test-1 (10.10.10.11): ${exporter === 'docker' ? 'Docker' : exporter} does not answer Prometheus, ${exporter}_up is 0`,
  })),
  {
    alert: 'KeepalivedDown',
    series: [node('keepalived_up', 1, 0)],
    labels: NODE,
    summary:
      'Node pg-test-1 (10.10.10.11): keepalived does not run, so that its VIP does not move (keepalived_up is 0)',
  },
  {
    alert: 'VipManagerDown',
    series: [node('vip_manager_up', 1, 0)],
    labels: NODE,
    summary:
      'Node pg-test-1 (10.10.10.11): vip-manager does not run, so that the VIP does not follow the primary (vip_manager_up is 0)',
  },
  {
    alert: 'NodePingLost',
    series: [series('probe_success', PING, 1, 0)],
    labels: PING,
    summary: 'Node pg-test-1 (10.10.10.11) does not answer pings, probe_success is 0',
  },
  {
    alert: 'HaproxyServiceDown',
    series: [
      series('haproxy_backend_active_servers', { ...HAPROXY, proxy: 'pg-test-primary' }, 1, 0),
      series('haproxy_backend_backup_servers', { ...HAPROXY, proxy: 'pg-test-primary' }, 0),
      series(
        'haproxy_server_status',
        { ...HAPROXY, proxy: 'pg-test-primary', server: 'pg-test-1', state: 'UP' },
        1,
        0,
      ),
      // A service that is declared for no member.
      series('haproxy_backend_active_servers', { ...HAPROXY, proxy: 'pg-test-offline' }, 0),
      series('haproxy_backend_backup_servers', { ...HAPROXY, proxy: 'pg-test-offline' }, 0),
    ],
    labels: { ...ins(HAPROXY), proxy: 'pg-test-primary' },
    summary: 'Node pg-test-1 (10.10.10.11): service pg-test-primary of HAProxy has 0 usable servers',
  },
  {
    alert: 'HaproxySessionsFull',
    series: [
      series('haproxy_frontend_current_sessions', { ...HAPROXY, proxy: 'pg-test-primary' }, 100, 950),
      series('haproxy_frontend_limit_sessions', { ...HAPROXY, proxy: 'pg-test-primary' }, 1000),
    ],
    labels: { ...HAPROXY, proxy: 'pg-test-primary' },
    summary: 'Node pg-test-1 (10.10.10.11): service pg-test-primary of HAProxy uses 95% of its connections',
  },
];

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
    labels: { ...PING, job: 'pgsql-vip', instance: '10.10.10.2', vip: '10.10.10.2' },
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

const CLOCK: AlertCase[] = [
  {
    alert: 'NodeTimeDrift',
    series: [node('node_timex_sync_status', 1, 0)],
    labels: NODE,
    summary: 'Node pg-test-1 (10.10.10.11): the clock is not synchronised, node_timex_sync_status is 0',
  },
  {
    alert: 'ChronyDown',
    series: [node('chrony_up', 1), node('chrony_tracking_synchronised', 1, 0)],
    labels: NODE,
    summary: 'Node pg-test-1 (10.10.10.11): chronyd does not answer or follows no source (value 0)',
  },
  {
    alert: 'NodeClockOff',
    series: [node('node_time_seconds', { clock: 0 }, { clock: 5 })],
    labels: NODE,
    summary: 'Node pg-test-1 (10.10.10.11): the clock differs by 5s from that of the infra host',
  },
];

const EXPORTER: AlertCase[] = [
  {
    alert: 'NodeCollectorFailed',
    series: [
      node('node_scrape_collector_success', 1, 0, { collector: 'meminfo' }),
      node('node_scrape_collector_success', 0, 0, { collector: 'cpufreq' }),
    ],
    labels: { ...NODE, collector: 'meminfo' },
    summary: 'Node pg-test-1 (10.10.10.11): collector meminfo of node exporter fails, its success is 0',
  },
  {
    alert: 'NodeTextfileBad',
    series: [node('node_textfile_scrape_error', 0, 1)],
    labels: NODE,
    summary:
      'Node pg-test-1 (10.10.10.11): node exporter cannot read a file of the textfile directory (error 1)',
  },
  {
    alert: 'NodeLogsDelayed',
    series: [
      node(
        'pigsty_journal_upload_acknowledged_timestamp_seconds',
        { clock: 0 },
        { clock: -3600 },
        { receiver: '10.10.10.8' },
      ),
    ],
    labels: { ...NODE, receiver: '10.10.10.8' },
    summary: 'Node pg-test-1 (10.10.10.11): 10.10.10.8 has received no line of its journal for 1h 0m 0s',
  },
  {
    alert: 'NodeAgentSilent',
    series: [
      node(
        'node_textfile_mtime_seconds',
        { clock: 0 },
        { clock: -1000 },
        { file: '/run/pigsty-metrics/pigsty.prom' },
      ),
    ],
    labels: ins(NODE),
    summary: 'Node pg-test-1 (10.10.10.11): the agent has not written its metrics for 16m 40s',
  },
];

const DAY = 86_400;
const CERTIFICATE = { name: 'etcd-1' };
const EXPIRY = 'pigsty_certificate_expiry_timestamp_seconds';

const AGENT: AlertCase[] = [
  {
    alert: 'NodeGenerationBad',
    series: [node('pigsty_agent_good', 1, 0)],
    labels: NODE,
    summary:
      'Node pg-test-1 (10.10.10.11): the active generation has not passed its health checks, pigsty_agent_good is 0',
  },
  {
    alert: 'NodeGenerationDrift',
    series: [node('pigsty_agent_drift', 0, 2)],
    labels: NODE,
    summary: 'Node pg-test-1 (10.10.10.11): 2 files or links are not as the generation has them',
  },
  {
    alert: 'NodeUnitFailed',
    series: [node('pigsty_agent_failed_units', 0, 1)],
    labels: NODE,
    summary: 'Node pg-test-1 (10.10.10.11): 1 units have failed',
  },
  {
    alert: 'NodePendingRestart',
    series: [node('pigsty_agent_pending_restart', 0, 2)],
    labels: NODE,
    summary: 'Node pg-test-1 (10.10.10.11): 2 settings wait for a restart',
  },
  {
    alert: 'CertificateNearEnd',
    series: [node(EXPIRY, { clock: 60 * DAY }, { clock: 20 * DAY }, CERTIFICATE)],
    labels: { ...NODE, ...CERTIFICATE },
    summary: 'Node pg-test-1 (10.10.10.11): certificate etcd-1 ends in 20d 0h 0m 0s',
  },
  {
    alert: 'CertificateAtEnd',
    series: [node(EXPIRY, { clock: 60 * DAY }, { clock: 2 * DAY }, CERTIFICATE)],
    labels: { ...NODE, ...CERTIFICATE },
    summary: 'Node pg-test-1 (10.10.10.11): certificate etcd-1 ends in 2d 0h 0m 0s',
  },
];

export const NODE_CASES: readonly AlertCase[] = [
  ...DOWN,
  ...LOAD,
  ...SPACE,
  ...NETWORK,
  ...CLOCK,
  ...EXPORTER,
  ...AGENT,
];
