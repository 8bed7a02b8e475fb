import type { Line } from './prometheus.ts';
import type { TimeRange } from './time-range.ts';

/** A line and the name that the legend has for it. */
export type NamedLine = { readonly name: string; readonly line: Line };

/** The times of a range, and for each line its value at each of them; null where it has none. */
export type Aligned = { readonly times: number[]; readonly values: (number | null)[][] };

/** Lines on the grid of their range, as charts want them. Values that are no numbers are gaps. */
export function align(lines: readonly Line[], { from, to, step }: TimeRange): Aligned {
  const count = Math.floor((to - from) / step) + 1;
  const times = Array.from({ length: count }, (_, index) => from + index * step);
  const values = lines.map(({ points }) => {
    const row = new Array<number | null>(count).fill(null);
    for (const [time, value] of points)
      row[Math.round((time - from) / step)] = Number.isFinite(value) ? value : null;
    return row;
  });
  return { times, values };
}

/** Each line on top of those before it. A gap adds nothing. */
export function stack(values: readonly (readonly (number | null)[])[]): (number | null)[][] {
  const sums: number[] = [];
  return values.map((row) =>
    row.map((value, index) => {
      sums[index] = (sums[index] ?? 0) + (value ?? 0);
      return sums[index] ?? null;
    }),
  );
}

/** A time in which a line had one value: seconds since 1970, `to` excluded. */
export type Run = { readonly from: number; readonly to: number; readonly value: number };

/** The times of equal values of a line. A missing point ends a run. */
export function runsOf({ points }: Line, { step }: TimeRange): readonly Run[] {
  const runs: Run[] = [];
  for (const [time, value] of points) {
    const last = runs.at(-1);
    if (last?.value === value && time <= last.to) runs[runs.length - 1] = { ...last, to: time + step };
    else runs.push({ from: time, to: time + step, value });
  }
  return runs;
}
