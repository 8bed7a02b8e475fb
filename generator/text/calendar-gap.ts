const DAY = 86_400;
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
/** From 2027 to the first day of 2029: the longest interval of a cron schedule, but for those of 29 February. */
const FIRST = Date.UTC(2027, 0, 1) / 1000;
const DAYS = 732;

/**
 * The longest time in seconds between two runs of systemd calendar expressions, in the form of `cronToCalendar`; undefined if
 * they do not run twice in two years.
 */
export function longestGap(expressions: readonly string[]): number | undefined {
  const calendars = expressions.flatMap((text) => readExpression(text) ?? []);
  const inside = daysOf(calendars);
  let last: number | undefined;
  let longest: number | undefined;
  const compare = (gap: number | undefined) => {
    if (gap !== undefined) longest = Math.max(longest ?? 0, gap);
  };
  for (let midnight = FIRST; midnight < FIRST + DAYS * DAY; midnight += DAY) {
    const day = inside(midnight);
    if (!day) continue;
    compare(last === undefined ? undefined : midnight + day.first - last);
    compare(day.gap);
    last = midnight + day.last;
  }
  return longest;
}

/** The first and the last run of a day, in seconds after midnight, and the longest time between two of its runs. */
type Day = { readonly first: number; readonly last: number; readonly gap: number | undefined };

/** Days on which the same calendars run are alike. */
function daysOf(calendars: readonly Calendar[]): (midnight: number) => Day | undefined {
  const known = new Map<string, Day | undefined>();
  return (midnight) => {
    const date = new Date(midnight * 1000);
    const today = calendars.filter((calendar) => runsOn(calendar, date));
    const key = today.map((calendar) => calendars.indexOf(calendar)).join();
    if (!known.has(key)) known.set(key, toDay(today.flatMap(({ times }) => times)));
    return known.get(key);
  };
}

function toDay(times: readonly number[]): Day | undefined {
  const runs = [...new Set(times)].sort((a, b) => a - b);
  const [first] = runs;
  const last = runs.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const gaps = runs.slice(1).map((run, index) => run - (runs[index] ?? run));
  return { first, last, gap: gaps.length > 0 ? Math.max(...gaps) : undefined };
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

function runsOn({ weekdays, months, days }: Calendar, date: Date): boolean {
  return (
    weekdays.includes(WEEKDAYS[date.getUTCDay()] ?? '') &&
    months.includes(date.getUTCMonth() + 1) &&
    days.includes(date.getUTCDate())
  );
}
