import type { LogsPanel } from '../../model/dashboard.ts';
import type { Context, PanelView } from '../context.ts';
import { element } from '../element.ts';
import { fillText } from '../expression.ts';
import { formatTime } from '../format.ts';
import { findEntries, type JournalEntry } from '../journal.ts';
import type { Load } from '../load.ts';

/** Lines that are looked through for a text: the journal cannot search in messages. */
const SEARCHED = 5000;
const LEVELS = ['bad', 'bad', 'bad', 'bad', 'warn', 'plain', 'plain', 'plain'];
const NAMES = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'];

/** Lines of the journal, newest first. */
export function logsView(panel: LogsPanel, context: Context): PanelView {
  const body = element('div', { class: 'logs', role: 'log' });
  return {
    body,
    async show(load) {
      const text = fillText(panel.text ?? '', load.values).toLowerCase();
      const limit = text ? SEARCHED : panel.limit;
      const found = await findEntries(
        context.settings.journal,
        { ...searchOf(panel, load), limit },
        load.range,
        load.signal,
      );
      const matching = found.filter(({ fields }) => (fields.MESSAGE ?? '').toLowerCase().includes(text));
      body.replaceChildren(...matching.slice(0, panel.limit).map(line));
      body.dataset.empty = String(matching.length === 0);
    },
  };
}

function searchOf({ fields, severity }: LogsPanel, load: Load) {
  const values = Object.entries(fields).map(([name, value]) => [name, fillText(value, load.values)] as const);
  const level = fillText(severity ?? '', load.values);
  return { fields: Object.fromEntries(values), severity: level === '' ? undefined : Number(level) };
}

function line({ time, priority, fields }: JournalEntry): HTMLElement {
  const origin = fields.INS ?? fields._HOSTNAME ?? '';
  // A unit may speak for others: pgsql-journal.service has the lines of PostgreSQL.
  const program = fields.SYSLOG_IDENTIFIER ?? fields._SYSTEMD_UNIT ?? '';
  return element(
    'div',
    { class: 'log', 'data-level': LEVELS[priority] ?? 'plain' },
    element('time', {}, formatTime(time)),
    element('span', { class: 'log-severity' }, NAMES[priority] ?? ''),
    element('span', { class: 'log-origin', title: origin }, origin),
    element('span', { class: 'log-origin', title: program }, program),
    element('span', { class: 'log-text' }, fields.MESSAGE ?? ''),
  );
}
