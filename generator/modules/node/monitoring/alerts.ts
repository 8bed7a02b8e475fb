import { AGENT_FILES } from '../../../model/agent-metrics.ts';
import type { RuleGroup } from '../../../model/monitoring.ts';
import { type Alert, alertGroup, NODE, PERCENT, SECONDS } from '../../../text/alerting.ts';
import { agentAlerts } from './agent-alerts.ts';
import { resourceAlerts } from './resource-alerts.ts';

/** Alerts about hosts, and what runs on each of them (monitoring.md, section 1.5). Certificates are valid for `certificateDays`. */
export function nodeAlerts(certificateDays: number): RuleGroup[] {
  const alerts = [
    ...downAlerts(),
    ...resourceAlerts(),
    ...clockAlerts(),
    ...exporterAlerts(),
    ...agentAlerts(certificateDays),
  ];
  return [alertGroup('node-alerts', 'node', alerts)];
}

function downAlerts(): Alert[] {
  const down = (alert: string, metric: string, level: 0 | 1, what: string): Alert => ({
    alert,
    expr: `${metric} < 1`,
    for: '1m',
    level,
    summary: `${NODE}: ${what} does not answer Prometheus, ${metric} is {{ $value }}`,
  });
  return [
    down('NodeDown', 'node_up', 0, 'node exporter'),
    down('HaproxyDown', 'haproxy_up', 0, 'HAProxy'),
    down('PromtailDown', 'promtail_up', 1, 'promtail'),
    down('DockerDown', 'docker_up', 1, 'Docker'),
    {
      alert: 'KeepalivedDown',
      expr: 'keepalived_up < 1',
      for: '1m',
      level: 1,
      summary: `${NODE}: keepalived does not run, so that its VIP does not move (keepalived_up is {{ $value }})`,
    },
    {
      alert: 'VipManagerDown',
      expr: 'vip_manager_up < 1',
      for: '1m',
      level: 1,
      summary: `${NODE}: vip-manager does not run, so that the VIP does not follow the primary (vip_manager_up is {{ $value }})`,
    },
    {
      alert: 'NodePingLost',
      expr: 'probe_success{job="ping"} < 1',
      for: '1m',
      level: 1,
      summary: `${NODE} does not answer pings, probe_success is {{ $value }}`,
    },
    {
      alert: 'HaproxyServiceDown',
      expr: `haproxy:ins:service_up < 1
        and on (ins, instance, proxy) count by (ins, instance, proxy) (haproxy_server_status)`,
      for: '1m',
      level: 1,
      summary: `${NODE}: service {{ $labels.proxy }} of HAProxy has {{ $value }} usable servers`,
    },
    {
      alert: 'HaproxySessionsFull',
      expr: 'haproxy_frontend_current_sessions / (haproxy_frontend_limit_sessions > 0) > 0.8',
      for: '1m',
      level: 1,
      summary: `${NODE}: service {{ $labels.proxy }} of HAProxy uses ${PERCENT} of its connections`,
    },
  ];
}

function clockAlerts(): Alert[] {
  return [
    {
      alert: 'NodeTimeDrift',
      expr: 'node_timex_sync_status < 1',
      for: '1m',
      level: 1,
      summary: `${NODE}: the clock is not synchronised, node_timex_sync_status is {{ $value }}`,
    },
    {
      alert: 'ChronyDown',
      expr: 'chrony_up < 1 or chrony_tracking_synchronised < 1',
      for: '5m',
      level: 1,
      summary: `${NODE}: chronyd does not answer or follows no source (value {{ $value }})`,
    },
    {
      alert: 'NodeClockOff',
      // A scrape takes a part of a second itself.
      expr: 'abs(node_time_seconds - timestamp(node_time_seconds)) > 2',
      for: '2m',
      level: 1,
      summary: `${NODE}: the clock differs by ${SECONDS} from that of the infra host`,
    },
  ];
}

/** The collectors of node exporter whose metrics rules read. */
const COLLECTORS =
  'cpu|diskstats|filefd|filesystem|loadavg|meminfo|netdev|netstat|textfile|time|timex|vmstat';

function exporterAlerts(): Alert[] {
  return [
    {
      alert: 'NodeCollectorFailed',
      expr: `node_scrape_collector_success{collector=~"${COLLECTORS}"} < 1`,
      for: '5m',
      level: 1,
      summary: `${NODE}: collector {{ $labels.collector }} of node exporter fails, its success is {{ $value }}`,
    },
    {
      alert: 'NodeTextfileBad',
      expr: 'node_textfile_scrape_error > 0',
      for: '5m',
      level: 1,
      summary: `${NODE}: node exporter cannot read a file of the textfile directory (error {{ $value }})`,
    },
    {
      alert: 'NodeLogsDelayed',
      expr: 'time() - pigsty_journal_upload_acknowledged_timestamp_seconds > 900',
      for: '5m',
      level: 1,
      summary: `${NODE}: {{ $labels.receiver }} has received no line of its journal for ${SECONDS}`,
    },
    {
      alert: 'NodeAgentSilent',
      expr: `time() - max by (job, cls, ins, ip, instance) (node_textfile_mtime_seconds{file=~"${AGENT_FILES}"}) > 900`,
      for: '1m',
      level: 1,
      summary: `${NODE}: the agent has not written its metrics for ${SECONDS}`,
    },
  ];
}
