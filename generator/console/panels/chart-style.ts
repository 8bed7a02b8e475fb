import type uPlot from 'uplot';
import { axisTime } from '../format.ts';

const COLORS = 10;

/** The colour of a line; the theme has ten. */
export function colorOf(index: number): string {
  return property(`--series-${(index % COLORS) + 1}`);
}

/** The colour of a line for style sheets: it follows the theme by itself. */
export function markColor(index: number): string {
  return `var(--series-${(index % COLORS) + 1})`;
}

function property(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** An axis with the colours and the font of the theme. */
export function themed(axis: uPlot.Axis): uPlot.Axis {
  const line = { stroke: property('--grid'), width: 1 };
  const font = `11px ${property('--font')}`;
  return { stroke: property('--faint'), font, grid: line, ticks: { ...line, size: 4 }, ...axis };
}

/** The axis of the time; it has two lines only where the day changes between marks. */
export function timeAxis(): uPlot.Axis {
  return themed({
    space: 70,
    size: (_, values) => (values?.some((text) => text.includes('\n')) ? 42 : 28),
    values: (_, times) => times.map((time, index) => axisTime(time, times[index - 1])),
  });
}

/** Distances between the marks of an axis of bytes: 1, 2, 4 … times a power of 1024. */
export function bytesSteps(): number[] {
  return Array.from({ length: 60 }, (_, power) => 2 ** power);
}
