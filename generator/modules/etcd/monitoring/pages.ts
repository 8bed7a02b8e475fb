import type { Page } from '../../../model/dashboard.ts';
import {
  alertList,
  chart,
  column,
  fault,
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

const CLUSTER = 'cls="$cls"';
const rate = (metric: string) => `rate(${metric}{${CLUSTER}}[5m])`;
const usage = `etcd:ins:db_usage{${CLUSTER}}`;

const etcdPage: Page = page('etcd', 'etcd', {
  group: 'etcd',
  order: 300,
  about: 'Has the configuration store a leader, is it fast enough, and is there room in it?',
  variables: [oneOf('cls', 'Cluster', 'etcd_server_has_leader')],
  sections: [
    section(
      'Now',
      stat('Members up', `sum(etcd_up{${CLUSTER}})`),
      stat('Leader', `etcd_server_is_leader{${CLUSTER}} == 1`, { label: 'ins' }),
      stat('Without leader', `sum(etcd_server_has_leader{${CLUSTER}} == bool 0)`, {
        steps: [
          { from: 0, level: 'good' },
          { from: 1, level: 'bad' },
        ],
      }),
      stat('Changes of leader', `max(increase(etcd_server_leader_changes_seen_total{${CLUSTER}}[1h]))`, {
        steps: steps(1, 3),
        help: 'In the last hour.',
      }),
      stat('Flush, 99th percentile', `max(etcd:ins:disk_fsync_rt_p99_5m{${CLUSTER}})`, {
        unit: 'seconds',
        steps: steps(0.01, 0.1),
        trend: true,
      }),
      stat('Space used', `max(${usage})`, { unit: 'ratio', steps: steps(0.5, 0.8) }),
      table(
        'Members',
        ['ins'],
        [
          labelColumn('Member', 'ins'),
          labelColumn('Address', 'ip', linkTo('node-instance', 'ip')),
          column('State', `etcd_up{${CLUSTER}}`, 'none', { texts: UP }),
          column('Leader', `etcd_server_is_leader{${CLUSTER}}`, 'none', {
            texts: [
              { value: 1, text: 'leader', level: 'good' },
              { value: 0, text: 'follower', level: 'plain' },
            ],
          }),
          column('Database', `etcd_mvcc_db_total_size_in_bytes{${CLUSTER}}`, 'bytes'),
          column('In use', `etcd_mvcc_db_total_size_in_use_in_bytes{${CLUSTER}}`, 'bytes'),
          column('Of the quota', usage, 'ratio', { bar: 1, steps: steps(0.5, 0.8) }),
          column('Fragmented', `etcd:ins:db_fragmented{${CLUSTER}}`, 'ratio', {
            bar: 1,
            steps: steps(0.5, 0.8),
          }),
          column('Flush', `etcd:ins:disk_fsync_rt_p99_5m{${CLUSTER}}`, 'seconds', {
            steps: steps(0.01, 0.1),
          }),
          column('Commit', `etcd:ins:backend_commit_rt_p99_5m{${CLUSTER}}`, 'seconds', {
            steps: steps(0.025, 0.1),
          }),
          column('Keys', `etcd_debugging_mvcc_keys_total{${CLUSTER}}`),
          column('Memory', `process_resident_memory_bytes{job="etcd",${CLUSTER}}`, 'bytes'),
          column(
            'Files',
            `process_open_fds{job="etcd",${CLUSTER}} / process_max_fds{job="etcd",${CLUSTER}}`,
            'ratio',
            { bar: 1, steps: steps(0.5, 0.8) },
          ),
        ],
        { rows: `etcd_up{${CLUSTER}}`, sort: 'Member' },
      ),
      alertList('Alerts', { cls: '$cls' }),
    ),
    section(
      'Course',
      states('Leader', { expression: `etcd_server_is_leader{${CLUSTER}}`, legend: '{{ins}}' }, [
        { value: 1, text: 'leader', level: 'good' },
        { value: 0, text: 'follower', level: 'plain' },
      ]),
      states(
        'Has a leader',
        { expression: `etcd_server_has_leader{${CLUSTER}} == bool 0`, legend: '{{ins}}' },
        fault('none'),
      ),
      chart('Flush of WAL, 99th percentile', 'seconds', {
        '{{ins}}': `etcd:ins:disk_fsync_rt_p99_5m{${CLUSTER}}`,
      }),
      chart('Commit, 99th percentile', 'seconds', {
        '{{ins}}': `etcd:ins:backend_commit_rt_p99_5m{${CLUSTER}}`,
      }),
      chart('Way to a peer, 99th percentile', 'seconds', {
        '{{ins}} {{To}}': `etcd:ins:network_peer_rt_p99_1m{${CLUSTER}}`,
      }),
      chart('Proposals committed', 'perSecond', { '{{ins}}': rate('etcd_server_proposals_committed_total') }),
      chart('Proposals pending', 'none', { '{{ins}}': `etcd_server_proposals_pending{${CLUSTER}}` }),
      chart('Proposals failed', 'none', {
        '{{ins}}': `increase(etcd_server_proposals_failed_total{${CLUSTER}}[5m])`,
      }),
      chart('Slow applies', 'none', { '{{ins}}': `increase(etcd_server_slow_apply_total{${CLUSTER}}[5m])` }),
      chart('Heartbeats not sent', 'none', {
        '{{ins}}': `increase(etcd_server_heartbeat_send_failures_total{${CLUSTER}}[5m])`,
      }),
      chart('Database', 'bytes', { '{{ins}}': `etcd_mvcc_db_total_size_in_bytes{${CLUSTER}}` }),
      chart('Received from clients', 'bytesPerSecond', {
        '{{ins}}': rate('etcd_network_client_grpc_received_bytes_total'),
      }),
      chart('Sent to clients', 'bytesPerSecond', {
        '{{ins}}': rate('etcd_network_client_grpc_sent_bytes_total'),
      }),
      chart('Memory', 'bytes', { '{{ins}}': `process_resident_memory_bytes{job="etcd",${CLUSTER}}` }),
    ),
    section('Log', logLines('Newest lines', { CLS: '$cls' }, { limit: 50 })),
  ],
});

export const ETCD_PAGES: readonly Page[] = [etcdPage];
