import uPlot from 'uplot';
import type { TimeSeriesPanel } from '../../model/dashboard.ts';
import { formatValue } from '../format.ts';
import { align, type NamedLine, stack } from '../lines.ts';
import type { TimeRange } from '../time-range.ts';
import { colorOf, stepsOf, themed, timeAxis } from './chart-style.ts';
import { Tooltip } from './tooltip.ts';

const HEIGHT = 190;

/** A chart of uPlot in `place`. It follows the width of its place and the theme; `zoom` hears of a selected time. */
export class Chart {
  readonly #place: HTMLElement;
  readonly #panel: TimeSeriesPanel;
  readonly #zoom: (from: number, to: number) => void;
  readonly #tooltip: Tooltip;
  #plot: uPlot | undefined;
  #lines: readonly NamedLine[] = [];
  #range: TimeRange | undefined;
  #alone: number | undefined;

  constructor(place: HTMLElement, panel: TimeSeriesPanel, zoom: (from: number, to: number) => void) {
    this.#place = place;
    this.#panel = panel;
    this.#zoom = zoom;
    this.#tooltip = new Tooltip(place, panel.unit);
    new ResizeObserver(() => this.#fit()).observe(place);
    document.addEventListener('themechange', () => this.#rebuild());
  }

  /** Shows lines. If they are those of the last time, only the data changes, so that the cursor stays. */
  draw(lines: readonly NamedLine[], range: TimeRange): void {
    const isSame =
      lines.length === this.#lines.length && lines.every(({ name }, i) => name === this.#lines[i]?.name);
    this.#lines = lines;
    this.#range = range;
    if (isSame && this.#plot) {
      this.#plot.setData(this.#data(range), false);
      this.#plot.batch(() => this.#plot?.setScale('x', { min: range.from, max: range.to }));
    } else this.#rebuild();
  }

  /** Dims all lines but one; undefined for none. */
  focus(index: number | undefined): void {
    if (index === undefined) this.#plot?.setSeries(null, { focus: false });
    else this.#plot?.setSeries(index + 1, { focus: true });
  }

  /** Shows one line alone, and all of them at the second call. */
  isolate(index: number): void {
    this.#alone = this.#alone === index ? undefined : index;
    this.#plot?.batch(() => {
      this.#lines.forEach((_, one) => {
        this.#plot?.setSeries(one + 1, { show: this.#alone === undefined || this.#alone === one });
      });
    });
  }

  #data(range: TimeRange): uPlot.AlignedData {
    const { times, values } = align(
      this.#lines.map(({ line }) => line),
      range,
    );
    this.#tooltip.show(this.#lines, values);
    return [times, ...(this.#panel.stacked ? stack(values) : values)];
  }

  #rebuild(): void {
    this.#plot?.destroy();
    this.#plot = undefined;
    this.#alone = undefined;
    if (this.#range === undefined || this.#lines.length === 0) return;
    this.#plot = new uPlot(this.#options(this.#range), this.#data(this.#range), this.#place);
  }

  #fit(): void {
    const width = this.#place.clientWidth;
    if (this.#plot && width > 0 && width !== this.#plot.width) this.#plot.setSize({ width, height: HEIGHT });
  }

  #options(range: TimeRange): uPlot.Options {
    return {
      width: this.#place.clientWidth || 300,
      height: HEIGHT,
      legend: { show: false },
      focus: { alpha: 0.15 },
      cursor: {
        sync: {
          key: 'page',
          setSeries: false,
          filters: { pub: (type) => type.startsWith('mouse') && !PRESSED.has(type) },
        },
        drag: { x: true, y: false, setScale: false },
        points: { size: 6 },
      },
      scales: {
        x: { min: range.from, max: range.to },
        y: { range: (_, low, high) => this.#scale(low, high) },
      },
      series: [{}, ...this.#lines.map((_, index) => this.#line(index))],
      bands: this.#panel.stacked
        ? this.#lines.slice(1).map((_, index) => ({ series: [index + 2, index + 1] }))
        : [],
      axes: [timeAxis(), this.#valueAxis()],
      hooks: {
        setCursor: [(plot) => this.#tooltip.follow(plot)],
        setSelect: [(plot) => this.#select(plot)],
      },
    };
  }

  #line(index: number): uPlot.Series {
    const color = colorOf(index);
    const fill = this.#panel.stacked ? `${color}55` : this.#lines.length === 1 ? `${color}18` : undefined;
    return { stroke: color, width: 1.5, points: { show: false }, ...(fill && { fill }) };
  }

  #valueAxis(): uPlot.Axis {
    const { unit } = this.#panel;
    const axis = themed({
      values: (_, splits) => splits.map((value) => formatValue(value, unit)),
      size: (_, values) => 16 + 6.5 * Math.max(3, ...(values ?? []).map((text) => text.length)),
    });
    return { ...axis, ...stepsOf(unit) };
  }

  /** From 0 unless values are negative, so that charts can be compared; never without height. */
  #scale(low: number | null, high: number | null): uPlot.Range.MinMax {
    const top = Math.max(high ?? 0, 0);
    const bottom = Math.min(low ?? 0, 0);
    const { max } = this.#panel;
    if (max !== undefined && top <= max) return [bottom, max];
    return [bottom, top === bottom ? bottom + 1 : top + (top - bottom) * 0.06];
  }

  #select(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width < 8) return;
    const [from, to] = [plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x')];
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.#zoom(Math.round(from), Math.round(to));
  }
}

/** Other charts follow the pointer, but select nothing. */
const PRESSED = new Set(['mousedown', 'mouseup']);
