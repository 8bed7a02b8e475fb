import type { RecordingRule, RuleGroup } from '../../../model/monitoring.ts';
import { foldTo, foldUp, gauge, means, type Ranges, ratio, record } from '../../../text/recording.ts';
import { deviceRules } from './device-rules.ts';
import { fileSystemRules } from './file-system-rules.ts';
import { proxyRules } from './proxy-rules.ts';

/** The recording rules of hosts and of what runs on each of them (monitoring.md, section 1.4). */
export function nodeRules(ranges: Ranges): RuleGroup[] {
  return [
    { name: 'node-up', rules: upRules() },
    { name: 'node-cpu', rules: [...cpuRules(ranges), ...loadRules()] },
    { name: 'node-memory', rules: memoryRules() },
    { name: 'node-device', rules: deviceRules(ranges) },
    { name: 'node-file-system', rules: fileSystemRules() },
    { name: 'node-protocol', rules: protocolRules(ranges) },
    { name: 'haproxy', rules: proxyRules() },
  ];
}

function upRules(): RecordingRule[] {
  const exporters = ['node', 'haproxy', 'promtail', 'docker'];
  return exporters.map((exporter) => record(`${exporter}_up`, `up{exporter="${exporter}"}`));
}

/** Shares of the time of a core, and of all cores of a host, a cluster, the site. */
function cpuRules(ranges: Ranges): RecordingRule[] {
  const idle = `rate(node_cpu_seconds_total{mode="idle"}[${ranges['1m']}])`;
  return [
    record('node:cpu:usage', `1 - sum without (mode) (${idle})`),
    record('node:ins:cpu_count', foldTo('count', 'ins', 'node:cpu:usage')),
    ...foldUp({ namespace: 'node', from: 'ins', to: ['cls', 'env'] }, 'cpu_count'),
    ...(['ins', 'cls', 'env'] as const).flatMap((level) => [
      record(`node:${level}:cpu_usage`, foldTo('avg', level, 'node:cpu:usage')),
      ...means(`node:${level}`, 'cpu_usage', ranges),
    ]),
  ];
}

/** Load per core. */
function loadRules(): RecordingRule[] {
  return ['1', '5', '15'].flatMap((minutes) =>
    (['ins', 'cls', 'env'] as const).map((level) =>
      record(
        `node:${level}:stdload${minutes}`,
        `${foldTo('sum', level, `node_load${minutes}`)} / node:${level}:cpu_count`,
      ),
    ),
  );
}

/** Shares of the memory, and the bytes that applications, the kernel and its caches hold. */
function memoryRules(): RecordingRule[] {
  const bytes = (name: string) => `node_memory_${name}_bytes`;
  const sum = (...names: string[]) => foldTo('sum', 'ins', names.map(bytes).join(' + '));
  const structure = {
    mem_app: sum('AnonPages', 'Shmem'),
    mem_kernel: sum('Slab', 'KernelStack', 'PageTables', 'Percpu'),
    mem_cache: `${sum('Buffers', 'Cached')} - ${sum('Shmem')}`,
    mem_rss: sum('AnonPages', 'Mapped'),
  };
  const shares = (['ins', 'cls', 'env'] as const).flatMap((level) => {
    const of = (name: string) => foldTo('sum', level, bytes(name));
    // Without swap space, none of it is used.
    const swap = `(${of('SwapTotal')} - ${of('SwapFree')}) / clamp_min(${of('SwapTotal')}, 1)`;
    return [
      record(`node:${level}:mem_avail`, `${of('MemAvailable')} / ${of('MemTotal')}`),
      record(`node:${level}:mem_usage`, `1 - node:${level}:mem_avail`),
      record(`node:${level}:swap_usage`, swap),
    ];
  });
  return [
    ...shares,
    record('node:ins:mem_commit_ratio', `${sum('Committed_AS')} / ${sum('CommitLimit')}`),
    ...Object.entries(structure).map(([name, expr]) => record(`node:ins:${name}`, expr)),
  ];
}

/** TCP, UDP, and the clock. */
function protocolRules(ranges: Ranges): RecordingRule[] {
  const rateOf = (name: string) => `rate(node_netstat_${name}[${ranges['1m']}])`;
  const family = { namespace: 'node', from: 'ins', to: ['cls', 'env'] } as const;
  const counters = {
    tcp_insegs_rate1m: rateOf('Tcp_InSegs'),
    tcp_outsegs_rate1m: rateOf('Tcp_OutSegs'),
    tcp_retranssegs_rate1m: rateOf('Tcp_RetransSegs'),
    tcp_activeopens_rate1m: rateOf('Tcp_ActiveOpens'),
    tcp_passiveopens_rate1m: rateOf('Tcp_PassiveOpens'),
    // The kernel counts each overflow as a drop too.
    tcp_error: `${rateOf('TcpExt_ListenDrops')} + ${rateOf('Tcp_InErrs')}`,
    udp_in_rate1m: rateOf('Udp_InDatagrams'),
    udp_out_rate1m: rateOf('Udp_OutDatagrams'),
    udp_error: `${rateOf('Udp_InErrors')} + ${rateOf('Udp_NoPorts')}`,
  };
  return [
    ...Object.entries(counters).flatMap(([name, expr]) => gauge(family, name, foldTo('sum', 'ins', expr))),
    record(
      'node:ins:tcp_retrans_ratio1m',
      ratio('node:ins:tcp_retranssegs_rate1m', 'node:ins:tcp_outsegs_rate1m'),
    ),
    record('node:ins:time_drift', foldTo('max', 'ins', 'abs(node_timex_offset_seconds)')),
    record('node:cls:time_drift_max', foldTo('max', 'cls', 'node:ins:time_drift')),
  ];
}
