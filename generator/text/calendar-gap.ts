const DAY = 86_400;
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
/** Two years with a leap day: the longest interval of a cron schedule, but for those of 29 February. */
const FIRST = Date.UTC(2027, 0, 1) / 1000;
const DAYS = 731;

/**
 * The longest time in seconds between two runs of systemd calendar expressions, in the form of `cronToCalendar`; undefined if
 * they do not run twice in two years.
 */
export function longestGap(expressions: readonly string[]): number | undefined {
  const calendars = expressions.flatMap((text) => readExpression(text) ?? []);
  const runs = Array.from({ length: DAYS }, (_, day) => FIRST + day * DAY).flatMap((midnight) =>
    runsOf(calendars, midnight),
  );
  const gaps = runs.slice(1).map((run, index) => run - (runs[index] ?? run));
  return gaps.length > 0 ? gaps.reduce((a, b) => Math.max(a, b)) : undefined;
}

type Calendar = {
  readonly weekdays: readonly string[];
  readonly months: readonly number[];
  readonly days: readonly number[];
  /** Seconds after midnight. */
  readonly times: readonly number[];
};

/** `Mon,Thu *-*-01 01:00:00`. */
function readExpression(text: string): Calendar | undefined {
  const match = /^(?:(\S+) )?\*-(\S+)-(\S+) ([^:\s]+):([^:\s]+):00$/.exec(text);
  if (!match) return undefined;
  const [, weekdays, months = '*', days = '*', hours = '*', minutes = '*'] = match;
  return {
    weekdays: weekdays?.split(',') ?? WEEKDAYS,
    months: numbers(months, 1, 12),
    days: numbers(days, 1, 31),
    times: numbers(hours, 0, 23).flatMap((hour) =>
      numbers(minutes, 0, 59).map((minute) => (hour * 60 + minute) * 60),
    ),
  };
}

function numbers(text: string, low: number, high: number): number[] {
  if (text === '*') return Array.from({ length: high - low + 1 }, (_, index) => low + index);
  return text.split(',').map(Number);
}

/** The runs of one day, in order. */
function runsOf(calendars: readonly Calendar[], midnight: number): number[] {
  const date = new Date(midnight * 1000);
  const today = calendars.filter(
    ({ weekdays, months, days }) =>
      weekdays.includes(WEEKDAYS[date.getUTCDay()] ?? '') &&
      months.includes(date.getUTCMonth() + 1) &&
      days.includes(date.getUTCDate()),
  );
  const times = new Set(today.flatMap((calendar) => calendar.times));
  return [...times].sort((a, b) => a - b).map((time) => midnight + time);
}
