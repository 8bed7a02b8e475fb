import type { Page } from '../../../model/dashboard.ts';
import {
  bars,
  chart,
  column,
  labelColumn,
  page,
  section,
  stat,
  states,
  steps,
  table,
  UP,
} from '../../../model/panels.ts';

const PROMETHEUS = 'job="infra"';
const rate = (metric: string) => `rate(${metric}{${PROMETHEUS}}[5m])`;

const targets = section(
  'Targets',
  stat('Targets', 'count(up)'),
  stat('Down', 'count(up == 0) or vector(0)', {
    steps: [
      { from: 0, level: 'good' },
      { from: 1, level: 'bad' },
    ],
  }),
  stat('Series', `max(prometheus_tsdb_head_series{${PROMETHEUS}})`, { trend: true }),
  stat('Samples', `sum(${rate('prometheus_tsdb_head_samples_appended_total')})`, {
    unit: 'perSecond',
    trend: true,
  }),
  stat('Size of the database', `max(prometheus_tsdb_storage_blocks_bytes{${PROMETHEUS}})`, { unit: 'bytes' }),
  stat('Failed rules', `sum(increase(prometheus_rule_evaluation_failures_total{${PROMETHEUS}}[1h]))`, {
    steps: [
      { from: 0, level: 'good' },
      { from: 0.5, level: 'bad' },
    ],
    help: 'Evaluations of the last hour that failed.',
  }),
  table(
    'Jobs',
    ['job'],
    [
      labelColumn('Job', 'job'),
      column('Targets', 'count by (job) (up)'),
      column('Up', 'sum by (job) (up)'),
      column('Down', 'count by (job) (up) - sum by (job) (up)', 'none', {
        steps: [
          { from: 0, level: 'good' },
          { from: 1, level: 'bad' },
        ],
      }),
      column('Samples', 'sum by (job) (scrape_samples_scraped)'),
      column('Slowest scrape', 'max by (job) (scrape_duration_seconds)', 'seconds', { steps: steps(2, 8) }),
    ],
    { sort: '-Down' },
  ),
  table(
    'Targets that are down',
    ['job', 'instance'],
    [
      labelColumn('Job', 'job'),
      labelColumn('Target', 'instance'),
      labelColumn('Instance', 'ins'),
      labelColumn('Cluster', 'cls'),
      column('State', 'up == 0', 'none', { texts: UP }),
    ],
    { rows: 'up == 0' },
  ),
  states('Monitoring centre', { expression: 'infra_up', legend: '{{ins}}' }, UP),
  bars(
    'Slowest targets',
    { expression: 'topk(12, scrape_duration_seconds)', legend: '{{job}} {{ins}} {{instance}}' },
    'seconds',
    { width: 6 },
  ),
);

const prometheus = section(
  'Prometheus',
  chart('Series', 'none', { '{{ins}}': `prometheus_tsdb_head_series{${PROMETHEUS}}` }),
  chart('Samples', 'perSecond', { '{{ins}}': rate('prometheus_tsdb_head_samples_appended_total') }),
  chart('Time for rules', 'seconds', {
    '{{rule_group}}': `topk(10, prometheus_rule_group_last_duration_seconds{${PROMETHEUS}})`,
  }),
  chart('Memory', 'bytes', { '{{ins}}': `process_resident_memory_bytes{${PROMETHEUS}}` }),
  chart('CPU', 'none', { '{{ins}}': rate('process_cpu_seconds_total') }, { help: 'Cores that are busy.' }),
  chart('Missed evaluations', 'none', {
    '{{rule_group}}': `topk(10, increase(prometheus_rule_group_iterations_missed_total{${PROMETHEUS}}[5m]))`,
  }),
  chart('Database on disk', 'bytes', {
    blocks: `prometheus_tsdb_storage_blocks_bytes{${PROMETHEUS}}`,
    WAL: `prometheus_tsdb_wal_storage_size_bytes{${PROMETHEUS}}`,
  }),
  chart('Alerts sent', 'perSecond', {
    '{{alertmanager}}': rate('prometheus_notifications_sent_total'),
    '{{alertmanager}} failed': rate('prometheus_notifications_errors_total'),
  }),
  chart(
    'Configuration read',
    'none',
    { '{{ins}}': `prometheus_config_last_reload_successful{${PROMETHEUS}}` },
    { max: 1, help: '1 if the last attempt succeeded.' },
  ),
);

const others = section(
  'Portal, alerts, names',
  chart('Requests of the portal', 'perSecond', { '{{ins}}': rate('nginx_http_requests_total') }),
  chart('Connections of the portal', 'none', {
    active: `nginx_connections_active{${PROMETHEUS}}`,
    waiting: `nginx_connections_waiting{${PROMETHEUS}}`,
  }),
  chart('Alerts of Alertmanager', 'none', { '{{ins}} {{state}}': `alertmanager_alerts{${PROMETHEUS}}` }),
  chart('Messages to receivers', 'perSecond', {
    '{{integration}}': `sum by (integration) (${rate('alertmanager_notifications_total')}) > 0`,
    '{{integration}} failed': `sum by (integration) (${rate('alertmanager_notifications_failed_total')}) > 0`,
  }),
  chart('Members of Alertmanager', 'none', { '{{ins}}': `alertmanager_cluster_members{${PROMETHEUS}}` }),
  chart('Answers of DNS', 'seconds', { '{{ins}}': 'probe_duration_seconds{job="dns"}' }),
  chart('Probes', 'seconds', { '{{job}} {{instance}}': 'topk(20, probe_duration_seconds)' }),
  states('Probes that succeed', { expression: 'probe_success', legend: '{{job}} {{instance}}' }, UP, {
    width: 8,
  }),
);

export const infraPage: Page = page('infra', 'Monitoring centre', {
  group: 'Infra',
  order: 400,
  about: 'Does everything that watches work itself?',
  variables: [],
  sections: [targets, prometheus, others],
});
