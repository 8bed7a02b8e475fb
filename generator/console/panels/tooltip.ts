import type uPlot from 'uplot';
import type { Unit } from '../../model/dashboard.ts';
import { element } from '../element.ts';
import { formatTime, formatValue } from '../format.ts';
import type { NamedLine } from '../lines.ts';
import { markColor } from './chart-style.ts';

/** Lines in the tooltip; the largest at the pointer's time. */
const LIMIT = 12;
const DISTANCE = 14;

/** The values at the pointer, beside it. Only the chart below the pointer shows it. */
export class Tooltip {
  readonly #box = element('div', { class: 'tooltip', hidden: true });
  readonly #place: HTMLElement;
  readonly #unit: Unit;
  #lines: readonly NamedLine[] = [];
  #values: readonly (readonly (number | null)[])[] = [];

  constructor(place: HTMLElement, unit: Unit) {
    this.#place = place;
    this.#unit = unit;
    place.append(this.#box);
    place.addEventListener('mouseleave', () => this.hide());
  }

  show(lines: readonly NamedLine[], values: readonly (readonly (number | null)[])[]): void {
    this.#lines = lines;
    this.#values = values;
  }

  hide(): void {
    this.#box.hidden = true;
  }

  follow(plot: uPlot): void {
    const { idx, left = -1 } = plot.cursor;
    if (idx === undefined || idx === null || left < 0 || !this.#place.matches(':hover')) {
      this.hide();
      return;
    }
    const time = plot.data[0][idx] ?? 0;
    this.#box.replaceChildren(element('time', {}, formatTime(time)), ...this.#entries(plot, idx));
    this.#box.hidden = false;
    this.#put(left + (plot.over.offsetLeft ?? 0));
  }

  #entries(plot: uPlot, index: number): readonly HTMLElement[] {
    const found = this.#lines.flatMap(({ name }, line) => {
      const value = this.#values[line]?.[index];
      const isShown = plot.series[line + 1]?.show ?? true;
      return value === null || value === undefined || !isShown ? [] : [{ name, line, value }];
    });
    const largest = found.toSorted((one, other) => other.value - one.value).slice(0, LIMIT);
    return largest.map(({ name, line, value }) => {
      const mark = element('i');
      mark.style.background = markColor(line);
      return element(
        'div',
        {},
        mark,
        element('span', {}, name),
        element('b', {}, formatValue(value, this.#unit)),
      );
    });
  }

  /** On the side of the pointer that has room. */
  #put(left: number): void {
    const isRight = left > this.#place.clientWidth / 2;
    this.#box.style.left = isRight ? '' : `${left + DISTANCE}px`;
    this.#box.style.right = isRight ? `${this.#place.clientWidth - left + DISTANCE}px` : '';
  }
}
