import type { AlertsPanel, PageLink } from '../../model/dashboard.ts';
import { linkTo } from '../../model/panels.ts';
import { type Alert, findAlerts, sortAlerts } from '../alertmanager.ts';
import { type Context, hrefOf, type PanelView } from '../context.ts';
import { element } from '../element.ts';
import { fillText } from '../expression.ts';
import { formatValue } from '../format.ts';

const LEVELS = ['bad', 'warn', 'plain'];
const SHOWN_LABELS = ['cls', 'ins', 'ip', 'datname', 'job'];

/** The alerts of Alertmanager, the worst first. They are those of now, whatever the page's time is. */
export function alertsView(panel: AlertsPanel, context: Context): PanelView {
  const body = element('div', { class: 'alerts' });
  const { alertmanager } = context.settings;
  return {
    body,
    async show(load) {
      const wanted = Object.entries(panel.labels).map(([name, value]) => [
        name,
        fillText(value, load.values),
      ]);
      const labels = Object.fromEntries(wanted.filter(([, value]) => value));
      const alerts = sortAlerts(await findAlerts(alertmanager, labels, load.signal));
      const none = element('p', { class: 'all-good' }, 'No alert is active.');
      body.replaceChildren(...(alerts.length > 0 ? alerts.map((alert) => row(alert, context)) : [none]));
    },
  };
}

function row({ labels, annotations, startsAt, status }: Alert, context: Context): HTMLElement {
  const level = LEVELS[Number(labels.level ?? 2)] ?? 'plain';
  const name = labels.alertname ?? 'alert';
  const runbook = runbookOf(
    annotations.page ?? '',
    `${context.settings.runbooks}/${encodeURIComponent(name)}`,
  );
  const age = formatValue((Date.now() - Date.parse(startsAt)) / 1000, 'seconds');
  const silenced = status.state === 'suppressed' ? element('span', { class: 'chip' }, 'silenced') : undefined;
  return element(
    'div',
    { class: 'alert', 'data-level': level },
    element('span', { class: 'alert-severity' }, labels.severity ?? ''),
    element('a', { class: 'alert-name', href: runbook, title: 'What to do about it' }, name),
    element('span', { class: 'alert-summary' }, annotations.summary ?? ''),
    element('span', { class: 'alert-labels' }, ...chips(labels, context), silenced),
    element('time', { datetime: startsAt, title: startsAt }, age),
  );
}

/**
 * The page of an alert: `own` is the path of the portal's, which also works where people have opened the portal by another
 * name than alerts have. An annotation is text of any kind: only what is an address of a page becomes a link.
 */
function runbookOf(annotation: string, own: string): string {
  const isElsewhere = /^(https?:\/)?\//.test(annotation) && !annotation.endsWith(own);
  return isElsewhere ? annotation : own;
}

function chips(labels: Alert['labels'], context: Context): readonly HTMLElement[] {
  return SHOWN_LABELS.flatMap((name) => {
    const value = labels[name];
    if (!value) return [];
    const href = linkOf(name, labels, context);
    return [href ? element('a', { class: 'chip', href }, value) : element('span', { class: 'chip' }, value)];
  });
}

/** The page of a cluster, instance or node, where the site has one for the category of the alert. */
function linkOf(name: string, labels: Alert['labels'], context: Context): string | undefined {
  const link = targetOf(name, labels.category ?? '');
  const isKnown = context.settings.pages.some(({ id }) => id === link?.page);
  return isKnown ? hrefOf(context, link, labels) : undefined;
}

function targetOf(name: string, category: string): PageLink | undefined {
  if (name === 'ip' || (name === 'ins' && category === 'node')) return linkTo('node-instance', 'ip');
  if (name === 'cls') return linkTo(`${category}-cluster`, 'cls');
  return name === 'ins' ? linkTo(`${category}-instance`, 'cls', 'ins') : undefined;
}
