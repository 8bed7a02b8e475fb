import type { LogLabels } from '../model/plan.ts';
import { quoteSystemd } from './quote.ts';

/**
 * The text of a service unit whose lines carry labels in the journal (systemd.exec(5), LogExtraFields), and its own name as
 * SYSLOG_IDENTIFIER, unless it sets one: without it, that is the name of the program, `sh` or `python3`.
 *
 * journald adds the fields to what the processes of the unit print and send. Lines of systemd itself about the unit, and
 * lines that others send to /dev/log, do not have them.
 */
export function withLabels(path: string, text: string, labels: LogLabels): string {
  const name = /([^/]+)\.service$/.exec(path)?.[1];
  if (name === undefined) return text;
  const fields = Object.entries(labels).map(([key, value]) => quoteSystemd(`${key}=${value}`));
  const identifier = /^SyslogIdentifier=/m.test(text) ? [] : [`SyslogIdentifier=${quoteSystemd(name)}`];
  const lines = [...identifier, `LogExtraFields=${fields.join(' ')}`];
  return text.replace(/^\[Service\]$/m, (heading) => [heading, ...lines].join('\n'));
}
