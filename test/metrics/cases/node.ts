import type { AlertCase, Series, Value } from '../../support/rule-tests.ts';
import { HAPROXY, ins, NODE, node, PING, series } from './targets.ts';

function up(exporter: string, bad: Value = 0): Series {
  return node('up', 1, bad, { exporter });
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
    series: [node('pigsty_agent_good', 1, 0), node('pigsty_agent_busy', 1, 0)],
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

export const NODE_CASES: readonly AlertCase[] = [...DOWN, ...CLOCK, ...EXPORTER, ...AGENT];
