import type { RecordingRule } from '../model/monitoring.ts';

/*
 * Recording rules with Pigsty's names, `<namespace>:<level>:<name>` (monitoring.md, section 1.4). A value is computed once, at
 * its lowest level, and combined upwards: db -> ins -> cls -> env.
 */

/** The labels that are left at the levels above the lowest one. */
export const LABELS = {
  ins: 'job, cls, ins, ip, instance',
  cls: 'job, cls',
  env: 'job',
} as const;
export type Level = keyof typeof LABELS;

export type Fold = 'sum' | 'max' | 'min' | 'avg' | 'count';

/** The duration of a range for each window in a name: `_rate1m` is computed over `ranges['1m']`. */
export type Ranges = { readonly '1m': string; readonly '5m': string; readonly '15m': string };
export type Window = keyof Ranges;

/** A rate needs a few samples: the shortest ranges are longer where targets are scraped rarely. */
export function rangesFor(scrapeSeconds: number): Ranges {
  const range = (minutes: number) => `${Math.max(minutes * 60, Math.ceil(scrapeSeconds * 4))}s`;
  return { '1m': range(1), '5m': range(5), '15m': range(15) };
}

export function record(name: string, expr: string): RecordingRule {
  return { record: name, expr };
}

/** `sum by (job, cls, ins, ip, instance) (<expr>)`, with further labels that stay. */
export function foldTo(how: Fold, level: Level, expr: string, ...kept: readonly string[]): string {
  return `${how} by (${[LABELS[level], ...kept].join(', ')}) (${expr})`;
}

/** What names have in common: `pg` and the levels, the lowest first. */
export type Family = { readonly namespace: string; readonly from: string; readonly to: readonly Level[] };

/** The levels above the lowest one, each from the one below. */
export function foldUp({ namespace, from, to }: Family, name: string, how: Fold = 'sum'): RecordingRule[] {
  return to.map((level, index) => {
    const below = to[index - 1] ?? from;
    return record(`${namespace}:${level}:${name}`, foldTo(how, level, `${namespace}:${below}:${name}`));
  });
}

/** A value at the lowest level, and above. */
export function gauge(family: Family, name: string, expr: string, how: Fold = 'sum'): RecordingRule[] {
  return [record(`${family.namespace}:${family.from}:${name}`, expr), ...foldUp(family, name, how)];
}

/** The rate of a counter as `<name>_rate1m`, for each window, at all levels. */
export function rates(
  family: Family & { readonly ranges: Ranges; readonly windows?: readonly Window[] },
  name: string,
  counter: string,
): RecordingRule[] {
  const { ranges, windows = ['1m'] } = family;
  return windows.flatMap((window) =>
    gauge(family, `${name}_rate${window}`, `rate(${counter}[${ranges[window]}])`),
  );
}

/** The mean of a recorded value over each window, as `<name>_1m`. */
export function means(level: string, name: string, ranges: Ranges): RecordingRule[] {
  return Object.entries(ranges).map(([window, range]) =>
    record(`${level}:${name}_${window}`, `avg_over_time(${level}:${name}[${range}])`),
  );
}

/** A quotient where there is something to divide by; absent otherwise. */
export function ratio(above: string, below: string): string {
  return `${above} / (${below} > 0)`;
}
