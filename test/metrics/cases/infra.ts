import type { AlertCase, Labels, Series, Value } from '../../support/rule-tests.ts';
import { ALERTMANAGER, ins, NGINX, PING, PROMETHEUS, series } from './targets.ts';

function prometheus(name: string, well: Value, bad?: Value, labels: Labels = {}): Series {
  return series(name, { ...PROMETHEUS, ...labels }, well, bad);
}

const GROUP = { rule_group: '/etc/prometheus/rules/node-up.yml;node-up' };
const PUSH = {
  ...PROMETHEUS,
  job: 'push',
  exporter: 'pushgateway',
  ins: 'push-1',
  instance: '10.10.10.8:9091',
};
const PORTAL = { ...PING, job: 'portal', instance: 'https://h.pigsty' };
const FAILED: Labels = { integration: 'webhook', reason: 'other' };

const DOWN: AlertCase[] = [
  {
    alert: 'InfraDown',
    series: [prometheus('up', 1, 0)],
    labels: PROMETHEUS,
    summary: 'prometheus-1 (10.10.10.8) does not answer Prometheus, infra_up is 0',
  },
  {
    alert: 'AgentDown',
    series: [series('up', PUSH, 1, 0)],
    labels: PUSH,
    summary: 'Target 10.10.10.8:9091 of job push does not answer Prometheus, up is 0',
  },
  {
    alert: 'ProbeFailed',
    series: [series('probe_success', PORTAL, 1, 0)],
    labels: PORTAL,
    summary: 'Probe portal of https://h.pigsty fails, probe_success is 0',
  },
  {
    alert: 'NginxDown',
    series: [series('nginx_up', NGINX, 1, 0)],
    labels: NGINX,
    summary: 'nginx-1 (10.10.10.8): nginx, the portal, does not answer its exporter, nginx_up is 0',
  },
];

const CENTRE: AlertCase[] = [
  {
    alert: 'PrometheusConfigBad',
    series: [prometheus('prometheus_config_last_reload_successful', 1, 0)],
    labels: PROMETHEUS,
    summary:
      'prometheus-1 (10.10.10.8): Prometheus has refused its configuration and keeps the old one, the last reload is 0',
  },
  {
    alert: 'PrometheusRuleFailing',
    series: [prometheus('prometheus_rule_evaluation_failures_total', { rate: 0 }, { rate: 0.1 }, GROUP)],
    labels: ins(PROMETHEUS),
    summary: 'prometheus-1 (10.10.10.8): about 30 evaluations of rules have failed in 5 minutes',
  },
  {
    alert: 'PrometheusNotEvaluating',
    series: [
      prometheus(
        'prometheus_rule_group_last_evaluation_timestamp_seconds',
        { clock: 0 },
        { clock: -600 },
        GROUP,
      ),
    ],
    labels: ins(PROMETHEUS),
    summary: 'prometheus-1 (10.10.10.8): Prometheus has computed no rules for 10m 0s',
  },
  {
    alert: 'PrometheusStoreFailing',
    series: [prometheus('prometheus_tsdb_wal_writes_failed_total', { rate: 0 }, { rate: 0.01 })],
    labels: PROMETHEUS,
    summary: 'prometheus-1 (10.10.10.8): Prometheus has failed to write its data about 5.9 times in an hour',
    minutes: { again: 80 },
  },
  {
    alert: 'AlertmanagerApart',
    series: [series('alertmanager_cluster_members', ALERTMANAGER, 2, 1)],
    labels: ALERTMANAGER,
    summary:
      'alertmanager-1 (10.10.10.8): Alertmanager sees 1 of 2 members of its cluster, so that alerts may be delivered twice',
  },
  {
    alert: 'AlertmanagerConfigBad',
    series: [series('alertmanager_config_last_reload_successful', ALERTMANAGER, 1, 0)],
    labels: ALERTMANAGER,
    summary:
      'alertmanager-1 (10.10.10.8): Alertmanager has refused its configuration and keeps the old one, the last reload is 0',
  },
  {
    alert: 'AlertDeliveryFailing',
    series: [
      series(
        'alertmanager_notifications_failed_total',
        { ...ALERTMANAGER, ...FAILED },
        { rate: 0 },
        { rate: 0.1 },
      ),
    ],
    labels: { ...ins(ALERTMANAGER), integration: 'webhook' },
    summary: 'alertmanager-1 (10.10.10.8): about 30 alerts could not be delivered by webhook in 5 minutes',
  },
  {
    alert: 'AlertsDropped',
    series: [
      prometheus('prometheus_notifications_alertmanagers_discovered', 2, 0),
      prometheus('prometheus_notifications_dropped_total', { rate: 0 }),
    ],
    labels: PROMETHEUS,
    summary: 'prometheus-1 (10.10.10.8): alerts of Prometheus do not reach an Alertmanager (value 0)',
  },
  {
    alert: 'ScrapeSlow',
    series: [prometheus('scrape_duration_seconds', 0.1, 7)],
    labels: PROMETHEUS,
    summary: 'Target 10.10.10.8:9090 of job infra takes 7s to answer, of 8 s that it has',
  },
  {
    alert: 'ScrapeEmpty',
    series: [prometheus('up', 1), prometheus('scrape_samples_scraped', 500, 0)],
    labels: PROMETHEUS,
    summary: 'Target 10.10.10.8:9090 of job infra is up (1), but has no metrics',
  },
];

export const INFRA_CASES: readonly AlertCase[] = [...DOWN, ...CENTRE];
