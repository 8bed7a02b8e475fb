import type { RuleGroup } from '../../../model/monitoring.ts';
import { foldTo, type Ranges, record } from '../../../text/recording.ts';

/** The recording rules of etcd (monitoring.md, section 1.4). Times are in seconds. */
export function etcdRules(ranges: Ranges): RuleGroup[] {
  const quantile = (histogram: string, range: string, ...kept: string[]) => {
    const buckets = foldTo('sum', 'ins', `rate(${histogram}_bucket[${range}])`, ...kept, 'le');
    return `histogram_quantile(0.99, ${buckets})`;
  };
  const values = {
    disk_fsync_rt_p99_5m: quantile('etcd_disk_wal_fsync_duration_seconds', ranges['5m']),
    backend_commit_rt_p99_5m: quantile('etcd_disk_backend_commit_duration_seconds', ranges['5m']),
    network_peer_rt_p99_1m: quantile('etcd_network_peer_round_trip_time_seconds', ranges['1m'], 'To'),
    db_usage: foldTo(
      'max',
      'ins',
      'etcd_mvcc_db_total_size_in_bytes / (etcd_server_quota_backend_bytes > 0)',
    ),
    // Pages of the file that hold nothing: what a defragmentation gives back.
    db_fragmented: foldTo(
      'max',
      'ins',
      '1 - etcd_mvcc_db_total_size_in_use_in_bytes / (etcd_mvcc_db_total_size_in_bytes > 0)',
    ),
  };
  return [
    {
      name: 'etcd',
      rules: [
        record('etcd_up', 'up{exporter="etcd"}'),
        ...Object.entries(values).map(([name, expr]) => record(`etcd:ins:${name}`, expr)),
        record('etcd:cls:has_leader', foldTo('min', 'cls', 'etcd_server_has_leader')),
      ],
    },
  ];
}
