import type { Page } from '../../../model/dashboard.ts';
import { alertList, anyOf, chart, logLines, page, section, stat, states } from '../../../model/panels.ts';

const FIRING = 'ALERTS{alertstate="firing",cls=~"${cls:regex}"}';
const count = (severity: string) =>
  `count(ALERTS{alertstate="firing",severity="${severity}",cls=~"\${cls:regex}"}) or vector(0)`;

export const alertsPage: Page = page('alerts', 'Alerts', {
  group: 'Site',
  order: 1,
  about: 'What is wrong now, what was wrong, and since when?',
  variables: [anyOf('cls', 'Cluster', 'up')],
  sections: [
    section(
      'Now',
      stat('Critical', count('CRIT'), {
        steps: [
          { from: 0, level: 'good' },
          { from: 1, level: 'bad' },
        ],
      }),
      stat('Warnings', count('WARN'), {
        steps: [
          { from: 0, level: 'good' },
          { from: 1, level: 'warn' },
        ],
      }),
      stat('Hints', count('INFO')),
      stat('Not sure yet', 'count(ALERTS{alertstate="pending",cls=~"${cls:regex}"}) or vector(0)', {
        help: 'Conditions that hold, but not for as long as their alert wants.',
      }),
      stat('Delivered', 'sum(increase(alertmanager_notifications_total[1h]))', {
        help: 'Messages to receivers in the last hour.',
      }),
      stat('Not delivered', 'sum(increase(alertmanager_notifications_failed_total[1h]))', {
        steps: [
          { from: 0, level: 'good' },
          { from: 0.5, level: 'bad' },
        ],
        help: 'Failed messages to receivers in the last hour.',
      }),
      alertList('Active alerts', { cls: '$cls' }),
    ),
    section(
      'Before',
      chart(
        'Firing',
        'none',
        { '{{severity}}': `count by (severity) (${FIRING})` },
        { stacked: true, width: 12 },
      ),
      states(
        'Alerts',
        { expression: `max by (alertname, ins, cls) (${FIRING})`, legend: '{{alertname}} {{ins}}' },
        [{ value: 1, text: 'firing', level: 'bad' }],
        { width: 12 },
      ),
    ),
  ],
});

const SEVERITIES = [
  { value: '3', text: 'errors' },
  { value: '4', text: 'warnings' },
  { value: '5', text: 'notices' },
  { value: '6', text: 'information' },
];

export const logsPage: Page = page('logs', 'Logs', {
  group: 'Site',
  order: 2,
  about: 'Lines of all programs of all nodes.',
  variables: [
    anyOf('cls', 'Cluster', 'up'),
    anyOf('ins', 'Instance', 'up{cls=~"${cls:regex}"}'),
    { kind: 'text', name: 'program', title: 'Program' },
    { kind: 'list', name: 'severity', title: 'At least', values: SEVERITIES },
    { kind: 'text', name: 'text', title: 'Text' },
  ],
  sections: [
    section(
      'Lines',
      logLines(
        'Newest lines',
        { CLS: '$cls', INS: '$ins', SYSLOG_IDENTIFIER: '$program' },
        { severity: '$severity', text: '$text' },
      ),
    ),
  ],
});
