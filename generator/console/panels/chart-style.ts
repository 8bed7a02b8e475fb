import type uPlot from 'uplot';
import type { Unit } from '../../model/dashboard.ts';
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

/** Distances between the marks of an axis of bytes: powers of 2. */
function bytesSteps(): number[] {
  return Array.from({ length: 60 }, (_, power) => 2 ** power);
}

/** Distances between the marks of an axis of seconds: decimal below a second, then those of clocks. */
function secondsSteps(): number[] {
  const decimal = [-6, -5, -4, -3, -2, -1].flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power));
  const clock = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 28_800, 43_200];
  const days = Array.from({ length: 14 }, (_, power) => 86_400 * 2 ** power);
  return [...decimal, ...clock, ...days];
}

/** Distances between the marks of an axis of values, where those of decimal numbers would read badly. */
export function stepsOf(unit: Unit): { readonly incrs?: number[] } {
  if (unit === 'bytes' || unit === 'bytesPerSecond') return { incrs: bytesSteps() };
  return unit === 'seconds' ? { incrs: secondsSteps() } : {};
}
