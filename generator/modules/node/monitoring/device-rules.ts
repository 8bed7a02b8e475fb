import type { RecordingRule } from '../../../model/monitoring.ts';
import { foldTo, type Ranges, rates, ratio, record } from '../../../text/recording.ts';

/** Layers above other devices of the host: what they transfer is counted there already. */
const LAYERS = 'dm-.*|md.*|loop.*|zram.*|sr.*';
/** Interfaces whose traffic is not the network's, or is counted at another interface already. */
const INNER = 'lo|bond.*|team.*|veth.*|docker.*|br-.*|virbr.*|cni.*|cali.*';

const LEVELS = [
  ['ins', 'dev'],
  ['cls', 'ins'],
  ['env', 'cls'],
] as const;

/** Disks and network interfaces. */
export function deviceRules(ranges: Ranges): RecordingRule[] {
  return [...diskRules(ranges), ...networkRules(ranges)];
}

/** Counters of /proc/diskstats; node exporter leaves partitions out. */
const DISK_COUNTERS = {
  reads: 'reads_completed_total',
  writes: 'writes_completed_total',
  read_bytes: 'read_bytes_total',
  write_bytes: 'written_bytes_total',
  reads_merged: 'reads_merged_total',
  writes_merged: 'writes_merged_total',
  read_time_seconds: 'read_time_seconds_total',
  write_time_seconds: 'write_time_seconds_total',
  io_time_seconds: 'io_time_seconds_total',
  io_time_weighted_seconds: 'io_time_weighted_seconds_total',
};

function diskRules(ranges: Ranges): RecordingRule[] {
  const family = { namespace: 'node', from: 'dev', to: [], ranges } as const;
  const sums = [
    'disk_reads_rate1m',
    'disk_writes_rate1m',
    'disk_read_bytes_rate1m',
    'disk_write_bytes_rate1m',
  ];
  return [
    ...Object.entries(DISK_COUNTERS).flatMap(([name, counter]) =>
      rates(family, `disk_${name}`, `node_disk_${counter}`),
    ),
    ...derivedDiskRules(),
    ...[...sums, 'disk_iops_1m', 'disk_io_bytes_1m'].flatMap((name) => deviceSums(name, LAYERS)),
  ];
}

function derivedDiskRules(): RecordingRule[] {
  const of = (name: string) => `node:dev:disk_${name}_rate1m`;
  const values = {
    iops_1m: `${of('reads')} + ${of('writes')}`,
    io_bytes_1m: `${of('read_bytes')} + ${of('write_bytes')}`,
    read_rt_1m: ratio(of('read_time_seconds'), of('reads')),
    write_rt_1m: ratio(of('write_time_seconds'), of('writes')),
    io_rt_1m: ratio(`(${of('read_time_seconds')} + ${of('write_time_seconds')})`, 'node:dev:disk_iops_1m'),
    read_batch_1m: ratio(of('read_bytes'), of('reads')),
    write_batch_1m: ratio(of('write_bytes'), of('writes')),
    io_batch_1m: ratio('node:dev:disk_io_bytes_1m', 'node:dev:disk_iops_1m'),
    util_1m: of('io_time_seconds'),
    avg_queue_size: of('io_time_weighted_seconds'),
    read_merged_ratio_1m: ratio(of('reads_merged'), `(${of('reads')} + ${of('reads_merged')})`),
    write_merged_ratio_1m: ratio(of('writes_merged'), `(${of('writes')} + ${of('writes_merged')})`),
  };
  return Object.entries(values).map(([name, expr]) => record(`node:dev:disk_${name}`, expr));
}

function networkRules(ranges: Ranges): RecordingRule[] {
  const range = ranges['1m'];
  const names = { tx: 'transmit', rx: 'receive' };
  const each = Object.entries(names).flatMap(([name, direction]) => [
    record(`node:dev:network_${name}_bytes_rate1m`, `rate(node_network_${direction}_bytes_total[${range}])`),
    record(`node:dev:network_${name}_pps1m`, `rate(node_network_${direction}_packets_total[${range}])`),
  ]);
  const both = 'node:dev:network_tx_bytes_rate1m + node:dev:network_rx_bytes_rate1m';
  const sums = ['tx_bytes_rate1m', 'rx_bytes_rate1m', 'io_bytes_rate1m', 'tx_pps1m', 'rx_pps1m'];
  return [
    ...each,
    record('node:dev:network_io_bytes_rate1m', both),
    ...sums.flatMap((name) => deviceSums(`network_${name}`, INNER)),
  ];
}

function deviceSums(name: string, excluded: string): RecordingRule[] {
  return LEVELS.map(([level, below]) => {
    const selector = level === 'ins' ? `{device!~"${excluded}"}` : '';
    return record(`node:${level}:${name}`, foldTo('sum', level, `node:${below}:${name}${selector}`));
  });
}
