const SECONDS_PER_DAY = 86_400;
const SECONDS: Readonly<Record<string, number>> = {
  us: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  min: 60,
  h: 3600,
  d: SECONDS_PER_DAY,
  w: 7 * SECONDS_PER_DAY,
  y: 365 * SECONDS_PER_DAY,
};

/** The whole days of a time span such as `730d`, `2y` or `17520h`; a number without a unit is in days. */
export function daysOf(span: string): number {
  const parts = [...span.matchAll(/(\d+(?:\.\d+)?)\s?([a-z]*)/g)];
  const seconds = parts.map(([, number, unit]) => Number(number) * (SECONDS[unit || 'd'] ?? 0));
  return Math.floor(seconds.reduce((sum, part) => sum + part, 0) / SECONDS_PER_DAY);
}
