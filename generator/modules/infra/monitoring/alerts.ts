import type { RuleGroup } from '../../../model/monitoring.ts';
import { type Alert, alertGroup, NUMBER, SECONDS } from '../../../text/alerting.ts';
import type { RuleSettings } from '../../rule-settings.ts';

const SERVICE = '{{ $labels.ins }} ({{ $labels.ip }})';

/** Alerts about the monitoring centre itself, and about targets without rules of their own (monitoring.md, section 1.5). */
export function infraAlerts(settings: RuleSettings): RuleGroup[] {
  const alerts = [
    ...downAlerts(),
    ...prometheusAlerts(settings),
    ...deliveryAlerts(settings),
    ...scrapeAlerts(settings),
  ];
  return [alertGroup('infra-alerts', 'infra', alerts)];
}

function downAlerts(): Alert[] {
  return [
    {
      alert: 'Watchdog',
      // Always on: whoever receives alerts misses this one when the monitoring is dead.
      expr: 'vector(1)',
      level: 2,
      summary: 'Alerts are computed and delivered: this one is always on, its value is {{ $value }}',
    },
    {
      alert: 'InfraDown',
      expr: 'infra_up < 1',
      for: '1m',
      level: 0,
      summary: `${SERVICE} does not answer Prometheus, infra_up is {{ $value }}`,
    },
    {
      alert: 'AgentDown',
      expr: 'agent_up < 1',
      for: '1m',
      level: 0,
      summary: `Target {{ $labels.instance }} of job {{ $labels.job }} does not answer Prometheus, up is {{ $value }}`,
    },
    {
      alert: 'ProbeFailed',
      expr: 'probe_success{job!~"ping|node-vip|pgsql-vip|pgrds-port"} < 1',
      for: '1m',
      level: 1,
      summary: 'Probe {{ $labels.job }} of {{ $labels.instance }} fails, probe_success is {{ $value }}',
    },
    {
      alert: 'NginxDown',
      expr: 'nginx_up < 1',
      for: '1m',
      level: 0,
      summary: `${SERVICE}: nginx, the portal, does not answer its exporter, nginx_up is {{ $value }}`,
    },
  ];
}

/** Each Prometheus is watched by itself, and by those of the other infra hosts. */
function prometheusAlerts({ scrapeSeconds }: RuleSettings): Alert[] {
  const last =
    'max by (job, cls, ins, ip, instance) (prometheus_rule_group_last_evaluation_timestamp_seconds)';
  return [
    {
      alert: 'PrometheusConfigBad',
      expr: 'prometheus_config_last_reload_successful < 1',
      for: '1m',
      level: 1,
      summary: `${SERVICE}: Prometheus has refused its configuration and keeps the old one, the last reload is {{ $value }}`,
    },
    {
      alert: 'PrometheusRuleFailing',
      expr: 'sum by (job, cls, ins, ip, instance) (increase(prometheus_rule_evaluation_failures_total[5m])) > 0',
      level: 1,
      summary: `${SERVICE}: about ${NUMBER} evaluations of rules have failed in 5 minutes`,
    },
    {
      alert: 'PrometheusNotEvaluating',
      expr: `time() - ${last} > ${6 * scrapeSeconds}`,
      for: '1m',
      level: 0,
      summary: `${SERVICE}: Prometheus has computed no rules for ${SECONDS}`,
    },
    {
      alert: 'PrometheusStoreFailing',
      expr: 'increase(prometheus_tsdb_compactions_failed_total[1h]) > 0 or increase(prometheus_tsdb_wal_writes_failed_total[1h]) > 0',
      level: 1,
      summary: `${SERVICE}: Prometheus has failed to write its data about ${NUMBER} times in an hour`,
    },
  ];
}

/** None where nobody delivers alerts. */
function deliveryAlerts({ managers }: RuleSettings): Alert[] {
  if (managers === 0) return [];
  const clustered: Alert = {
    alert: 'AlertmanagerApart',
    expr: `alertmanager_cluster_members < ${managers}`,
    for: '2m',
    level: 1,
    summary: `${SERVICE}: Alertmanager sees {{ $value }} of ${managers} members of its cluster, so that alerts may be delivered twice`,
  };
  return [
    {
      alert: 'AlertmanagerConfigBad',
      expr: 'alertmanager_config_last_reload_successful < 1',
      for: '1m',
      level: 1,
      summary: `${SERVICE}: Alertmanager has refused its configuration and keeps the old one, the last reload is {{ $value }}`,
    },
    {
      alert: 'AlertDeliveryFailing',
      expr: 'sum by (job, cls, ins, ip, instance, integration) (increase(alertmanager_notifications_failed_total[5m])) > 0',
      level: 0,
      summary: `${SERVICE}: about ${NUMBER} alerts could not be delivered by {{ $labels.integration }} in 5 minutes`,
    },
    {
      alert: 'AlertsDropped',
      // For some seconds after each reload, Prometheus knows no Alertmanager.
      expr: 'increase(prometheus_notifications_dropped_total[2m]) > 0 or prometheus_notifications_alertmanagers_discovered < 1',
      for: '3m',
      level: 0,
      summary: `${SERVICE}: alerts of Prometheus do not reach an Alertmanager (value ${NUMBER})`,
    },
    ...(managers > 1 ? [clustered] : []),
  ];
}

function scrapeAlerts({ timeoutSeconds }: RuleSettings): Alert[] {
  return [
    {
      alert: 'ScrapeSlow',
      // A probe that fails has taken its time.
      expr: `scrape_duration_seconds > ${0.8 * timeoutSeconds} unless on (job, instance) probe_success < 1`,
      for: '5m',
      level: 2,
      summary: `Target {{ $labels.instance }} of job {{ $labels.job }} takes ${SECONDS} to answer, of ${timeoutSeconds} s that it has`,
    },
    {
      alert: 'ScrapeEmpty',
      expr: 'up == 1 and on (job, instance) scrape_samples_scraped == 0',
      for: '5m',
      level: 1,
      summary:
        'Target {{ $labels.instance }} of job {{ $labels.job }} is up ({{ $value }}), but has no metrics',
    },
  ];
}
