/*
 * Cron's five fields (crontab(5)) as systemd calendar expressions (systemd.time(7)).
 */
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** As in cron, weeks begin on Sunday. `@reboot` is not a calendar time. */
const NICKNAMES: ReadonlyMap<string, readonly string[]> = new Map([
  ['@hourly', ['*-*-* *:00:00']],
  ['@daily', ['*-*-* 00:00:00']],
  ['@midnight', ['*-*-* 00:00:00']],
  ['@weekly', ['Sun *-*-* 00:00:00']],
  ['@monthly', ['*-*-01 00:00:00']],
  ['@yearly', ['*-01-01 00:00:00']],
  ['@annually', ['*-01-01 00:00:00']],
]);

export type CronLine = {
  readonly calendar: readonly string[];
  readonly user: string;
  readonly command: string;
};

/**
 * A line of /etc/crontab: five fields or a nickname such as `@daily`, user, command. `undefined` if it is invalid.
 * If both day of month and day of week are restricted, cron runs on either; the result is then two expressions.
 */
export function parseCronLine(line: string): CronLine | undefined {
  const match = /^\s*(@[a-z]+|\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s+(\S+)\s+(\S.*)$/.exec(line);
  if (!match) return undefined;
  const [, schedule = '', user = '', command = ''] = match;
  const calendar = schedule.startsWith('@') ? NICKNAMES.get(schedule) : cronToCalendar(schedule);
  return calendar && { calendar, user, command };
}

/** A line of an account's own crontab, `30 2 * * * vacuumdb -a`, with the account in its place: a line of /etc/crontab. */
export function withAccount(line: string, user: string): string {
  return line.replace(
    /^(\s*(?:@[a-z]+|\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s+)(?=\S)/,
    (_, fields) => `${fields}${user} `,
  );
}

/** The backup type of `pg-backup [full|diff|incr]`, also with redirected output; undefined for any other command. */
export function backupType(command: string): 'full' | 'diff' | 'incr' | undefined {
  const match = /^(?:\S*\/)?pg-backup(?:\s+(full|diff|incr))?\s*(?:(?:\d|&)?>.*)?$/.exec(command);
  return match ? ((match[1] ?? 'incr') as 'full' | 'diff' | 'incr') : undefined;
}

/** `0 1 * * *` -> `*-*-* 01:00:00`. `undefined` if a field is out of range. */
export function cronToCalendar(schedule: string): string[] | undefined {
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = schedule.trim().split(/\s+/);
  const minutes = field(minute, 0, 59);
  const hours = field(hour, 0, 23);
  const days = field(day, 1, 31);
  const months = field(month, 1, 12, MONTHS);
  const weekdays = field(weekday, 0, 7, DAYS);
  if (!minutes || !hours || !days || !months || !weekdays) return undefined;
  const time = `${list(hours, 24)}:${list(minutes, 60)}:00`;
  const onDay = `*-${list(months, 12)}-${list(days, 31)} ${time}`;
  const onWeekday = `${dayNames(weekdays)} *-${list(months, 12)}-* ${time}`;
  if (weekday === '*') return [onDay];
  return day === '*' ? [onWeekday] : [onDay, onWeekday];
}

/** The values of a field, sorted; undefined if it is not a cron field. */
function field(text: string, low: number, high: number, names: readonly string[] = []): number[] | undefined {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^(\*|[a-z]{3}|\d+)(?:-([a-z]{3}|\d+))?(?:\/(\d+))?$/i.exec(part);
    if (!match) return undefined;
    const [, from = '', to, step = '1'] = match;
    const start = from === '*' ? low : number(from, names, low);
    const stop = from === '*' || (to === undefined && match[3]) ? high : number(to ?? from, names, low);
    if (!(start >= low && stop <= high && start <= stop && Number(step) > 0)) return undefined;
    for (let value = start; value <= stop; value += Number(step)) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

function number(text: string, names: readonly string[], low: number): number {
  const index = names.indexOf(text.toLowerCase());
  if (index >= 0) return names === MONTHS ? index + 1 : index;
  return /^\d+$/.test(text) ? Number(text) : low - 1;
}

function list(values: readonly number[], size: number): string {
  return values.length === size ? '*' : values.map((value) => String(value).padStart(2, '0')).join(',');
}

function dayNames(values: readonly number[]): string {
  const names = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
  return [...new Set(values.map((value) => names[value % 7]))].join(',');
}
