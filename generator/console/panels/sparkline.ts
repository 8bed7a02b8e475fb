import type { Line } from '../prometheus.ts';
import type { TimeRange } from '../time-range.ts';

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 200;
const HEIGHT = 40;

/** The course of a line without any scale: an area from its lowest to its highest value. */
export function sparkline({ points }: Line, { from, to }: TimeRange): SVGSVGElement {
  const drawn = points.filter(([, value]) => Number.isFinite(value));
  const values = drawn.map(([, value]) => value);
  const low = Math.min(...values, 0);
  const span = Math.max(...values) - low || 1;
  const x = (time: number) => ((time - from) / (to - from || 1)) * WIDTH;
  const y = (value: number) => HEIGHT - ((value - low) / span) * (HEIGHT - 2);
  const path = drawn.map(([time, value]) => `${x(time).toFixed(1)},${y(value).toFixed(1)}`).join(' L');
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute('preserveAspectRatio', 'none');
  const first = drawn[0];
  const last = drawn.at(-1);
  if (first && last) {
    const base = `L${x(last[0])},${HEIGHT} L${x(first[0])},${HEIGHT}Z`;
    svg.append(pathOf(`M${path} ${base}`, 'area'), pathOf(`M${path}`, 'line'));
  }
  return svg;
}

function pathOf(d: string, name: string): SVGPathElement {
  const made = document.createElementNS(SVG, 'path');
  made.setAttribute('d', d);
  made.setAttribute('class', name);
  return made;
}
