import type { Page, ValueText } from '../../../model/dashboard.ts';
import {
  anyOf,
  chart,
  column,
  labelColumn,
  linkTo,
  page,
  section,
  stat,
  states,
  steps,
  table,
  UP,
} from '../../../model/panels.ts';

const PROXIES = 'cls=~"${cls:regex}",ins=~"${ins:regex}"';
const SERVERS = `${PROXIES},proxy=~"\${proxy:regex}"`;
const SERVER_UP: readonly ValueText[] = [
  { value: 1, text: 'up', level: 'good' },
  { value: 0, text: 'down', level: 'plain' },
];
const server = (metric: string) => `sum by (ins, proxy, server) (${metric}{${SERVERS}})`;
const rate = (metric: string) => `sum by (ins, proxy) (rate(${metric}{${SERVERS}}[2m]))`;

export const proxyPage: Page = page('proxy', 'Proxy', {
  group: 'Nodes',
  order: 202,
  about: 'Where do the services of HAProxy lead, and how much goes through them?',
  variables: [
    anyOf('cls', 'Cluster', 'haproxy_up'),
    anyOf('ins', 'Node', 'haproxy_up{cls=~"${cls:regex}"}'),
    anyOf('proxy', 'Service', 'haproxy_backend_status{cls=~"${cls:regex}"}'),
  ],
  sections: [
    section(
      'Now',
      stat('Proxies', `count(haproxy_up{${PROXIES}})`),
      stat('Down', `count(haproxy_up{${PROXIES}} == 0) or vector(0)`, {
        steps: [
          { from: 0, level: 'good' },
          { from: 1, level: 'bad' },
        ],
      }),
      stat('Without a server', `count(haproxy:ins:service_up{${SERVERS}} == 0) or vector(0)`, {
        steps: [
          { from: 0, level: 'good' },
          { from: 1, level: 'bad' },
        ],
      }),
      stat('Busiest proxy', `max(haproxy:ins:usage{${PROXIES}}) / 100`, {
        unit: 'ratio',
        steps: steps(0.7, 0.9),
      }),
      stat('Sessions', `sum(haproxy_backend_current_sessions{${SERVERS}})`, { trend: true }),
      stat('In the queue', `sum(haproxy_backend_current_queue{${SERVERS}})`, { steps: steps(1, 10) }),
      table(
        'Servers',
        ['ins', 'proxy', 'server'],
        [
          labelColumn('Service', 'proxy'),
          labelColumn('Server', 'server'),
          labelColumn('Proxy', 'ins', linkTo('node-instance', 'ip')),
          column(
            'State',
            `max by (ip, ins, proxy, server) (haproxy_server_status{${SERVERS},state="UP"})`,
            'none',
            { texts: SERVER_UP },
          ),
          column('Sessions', server('haproxy_server_current_sessions')),
          column(
            'New sessions',
            `sum by (ins, proxy, server) (rate(haproxy_server_sessions_total{${SERVERS}}[2m]))`,
            'perSecond',
          ),
          column(
            'In',
            `sum by (ins, proxy, server) (rate(haproxy_server_bytes_in_total{${SERVERS}}[2m]))`,
            'bytesPerSecond',
          ),
          column(
            'Out',
            `sum by (ins, proxy, server) (rate(haproxy_server_bytes_out_total{${SERVERS}}[2m]))`,
            'bytesPerSecond',
          ),
          column('Weight', server('haproxy_server_weight')),
          column('Last change', server('haproxy_server_check_last_change_seconds'), 'seconds'),
          column('Check took', server('haproxy_server_check_duration_seconds'), 'seconds'),
        ],
        {
          rows: `max by (ip, ins, proxy, server) (haproxy_server_status{${SERVERS},state="UP"})`,
          sort: 'Service',
          help: 'The server of a service for the primary is down on replicas: that is as it should be.',
        },
      ),
    ),
    section(
      'Course',
      states(
        'Services',
        { expression: `haproxy:ins:service_up{${SERVERS}}`, legend: '{{ins}} {{proxy}}' },
        UP,
      ),
      states(
        'Servers',
        {
          expression: `max by (proxy, server) (haproxy_server_status{${SERVERS},state="UP"})`,
          legend: '{{proxy}} {{server}}',
        },
        SERVER_UP,
      ),
      chart('Sessions', 'none', { '{{ins}} {{proxy}}': `haproxy_backend_current_sessions{${SERVERS}}` }),
      chart('New sessions', 'perSecond', { '{{ins}} {{proxy}}': rate('haproxy_backend_sessions_total') }),
      chart('Received', 'bytesPerSecond', { '{{ins}} {{proxy}}': rate('haproxy_backend_bytes_in_total') }),
      chart('Sent', 'bytesPerSecond', { '{{ins}} {{proxy}}': rate('haproxy_backend_bytes_out_total') }),
      chart('Queue', 'none', { '{{ins}} {{proxy}}': `haproxy_backend_current_queue{${SERVERS}}` }),
      chart('Errors', 'perSecond', {
        '{{ins}} {{proxy}} connect': rate('haproxy_backend_connection_errors_total'),
        '{{ins}} {{proxy}} answer': rate('haproxy_backend_response_errors_total'),
      }),
      chart('Tried again', 'perSecond', {
        '{{ins}} {{proxy}}': rate('haproxy_backend_retry_warnings_total'),
      }),
      chart('Time to connect', 'seconds', {
        '{{ins}} {{proxy}}': `haproxy_backend_connect_time_average_seconds{${SERVERS}}`,
      }),
      chart('Failed checks', 'none', {
        '{{proxy}} {{server}}': `sum by (proxy, server) (increase(haproxy_server_check_failures_total{${SERVERS}}[5m]))`,
      }),
      chart('Proxy is busy', 'ratio', { '{{ins}}': `haproxy:ins:usage{${PROXIES}} / 100` }, { max: 1 }),
      chart('Connections', 'none', { '{{ins}}': `haproxy_process_current_connections{${PROXIES}}` }),
      chart(
        'Of the limit',
        'ratio',
        {
          '{{ins}}': `haproxy_process_current_connections{${PROXIES}} / haproxy_process_max_connections{${PROXIES}}`,
        },
        { max: 1 },
      ),
      chart('Running for', 'seconds', { '{{ins}}': `haproxy_process_uptime_seconds{${PROXIES}}` }),
    ),
  ],
});
