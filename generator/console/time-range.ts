/** A span of time, in seconds since 1970, and the seconds between the points of a chart. */
export type TimeRange = { readonly from: number; readonly to: number; readonly step: number };

/** The shortest interval at which targets are scraped: a finer step shows nothing more. */
const SHORTEST_STEP_SECONDS = 10;
const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
const UNIT = /^(\d+(?:[.]\d+)?)([smhdw])$/;

/** The seconds of `15m`, `1h`, `7d`; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit] = UNIT.exec(text) ?? [];
  if (count === undefined || !isUnit(unit)) return undefined;
  return Number(count) * SECONDS[unit];
}

function isUnit(text: string | undefined): text is keyof typeof SECONDS {
  return text !== undefined && text in SECONDS;
}

/** Seconds since 1970 of `now`, `now-1h`, a number of seconds, or an ISO date; undefined for anything else. */
export function parseTime(text: string, now: number): number | undefined {
  if (text === 'now') return now;
  if (text.startsWith('now-')) {
    const back = parseDuration(text.slice(4));
    return back === undefined ? undefined : now - back;
  }
  if (/^\d+(?:[.]\d+)?$/.test(text)) return Number(text);
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}

/**
 * The range of two times of an address, with at most `points` points. Both ends are multiples of the step, so that a refresh
 * asks for the points that are already known and one more. Ends that are no times, or in the wrong order, are the last hour.
 */
export function timeRange(from: string, to: string, now: number, points: number): TimeRange {
  let end = parseTime(to, now) ?? now;
  let start = parseTime(from, now) ?? end - 3600;
  if (start >= end) [start, end] = [now - 3600, now];
  const step = Math.max(SHORTEST_STEP_SECONDS, niceStep((end - start) / points));
  return { from: Math.floor(start / step) * step, to: Math.floor(end / step) * step, step };
}

const STEPS = [10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];

function niceStep(seconds: number): number {
  return STEPS.find((step) => step >= seconds) ?? Math.ceil(seconds / 86_400) * 86_400;
}

/** The range moved by a part of its length, as times of an address. */
export function shift(range: TimeRange, part: number): { readonly from: string; readonly to: string } {
  const by = Math.round((range.to - range.from) * part);
  return { from: String(range.from + by), to: String(range.to + by) };
}

/** The range with `factor` of its length around the same middle, as times of an address. */
export function zoom(range: TimeRange, factor: number): { readonly from: string; readonly to: string } {
  const middle = (range.from + range.to) / 2;
  const half = Math.max(60, ((range.to - range.from) * factor) / 2);
  return { from: String(Math.round(middle - half)), to: String(Math.round(middle + half)) };
}
