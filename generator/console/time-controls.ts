import { type Address, DEFAULTS } from './address.ts';
import type { Context } from './context.ts';
import { element } from './element.ts';
import { formatTime } from './format.ts';
import { shift, type TimeRange, zoom } from './time-range.ts';

/** Ranges up to now, in the order of the keys 1 to 7. */
export const RANGES = ['15m', '1h', '3h', '12h', '1d', '7d', '30d'] as const;
const REFRESHES = [0, 10, 30, 60, 300] as const;

/** The choice of time: ranges up to now, one step back and forth, wider, and how often to refresh. */
export class TimeControls {
  readonly body: HTMLElement;
  readonly #range = element('select', { 'aria-label': 'Time range' });
  readonly #refresh: HTMLSelectElement;
  #shown: TimeRange | undefined;

  constructor(context: Context) {
    this.#range.addEventListener('change', () => {
      if (this.#range.value) context.go({ from: this.#range.value, to: DEFAULTS.to });
    });
    this.#refresh = element('select', { 'aria-label': 'Refresh' });
    this.#refresh.append(...REFRESHES.map((seconds) => refreshOption(seconds)));
    this.#refresh.addEventListener('change', () => context.go({ refresh: Number(this.#refresh.value) }));
    const move = (change: (range: TimeRange) => Partial<Address>) => () => {
      if (this.#shown) context.go(change(this.#shown));
    };
    this.body = element(
      'div',
      { class: 'time-controls' },
      button('‹', 'Earlier', move(earlier)),
      this.#range,
      button('›', 'Later', move(later)),
      button('−', 'Wider', move(wider)),
      this.#refresh,
    );
  }

  update(address: Address, range: TimeRange): void {
    this.#shown = range;
    const options = RANGES.map((length) => element('option', { value: `now-${length}` }, `last ${length}`));
    const isKnown = address.to === 'now' && RANGES.some((length) => address.from === `now-${length}`);
    const own = `${formatTime(range.from).slice(5, 16)} – ${formatTime(range.to).slice(5, 16)}`;
    this.#range.replaceChildren(...options, ...(isKnown ? [] : [element('option', { value: '' }, own)]));
    this.#range.value = isKnown ? address.from : '';
    this.#refresh.value = String(address.refresh);
  }
}

export const earlier = (range: TimeRange) => shift(range, -0.5);
export const later = (range: TimeRange) => shift(range, 0.5);
export const wider = (range: TimeRange) => zoom(range, 2);
export const closer = (range: TimeRange) => zoom(range, 0.5);

function refreshOption(seconds: number): HTMLOptionElement {
  const text =
    seconds === 0 ? 'no refresh' : seconds < 60 ? `every ${seconds} s` : `every ${seconds / 60} min`;
  return element('option', { value: seconds }, text);
}

function button(text: string, title: string, onclick: () => void): HTMLButtonElement {
  return element('button', { type: 'button', title, 'aria-label': title, onclick }, text);
}
