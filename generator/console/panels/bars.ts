import type { BarsPanel } from '../../model/dashboard.ts';
import { type Context, hrefOf, type PanelView } from '../context.ts';
import { element } from '../element.ts';
import { fillLegend } from '../expression.ts';
import { show } from '../format.ts';
import type { Sample } from '../prometheus.ts';

const LIMIT = 20;

/** A bar per series, the largest first. */
export function barsView(panel: BarsPanel, context: Context): PanelView {
  const body = element('div', { class: 'bars' });
  return {
    body,
    async show(load) {
      const samples = await load.instant(panel.expression);
      const sorted = samples
        .filter(({ value }) => !Number.isNaN(value))
        .toSorted((one, other) => other.value - one.value);
      const largest = panel.max ?? Math.max(...sorted.map(({ value }) => value), 0);
      const shown = sorted.slice(0, panel.limit ?? LIMIT);
      body.replaceChildren(...shown.map((sample) => bar(panel, sample, largest, context)));
      body.dataset.empty = String(shown.length === 0);
    },
  };
}

function bar(panel: BarsPanel, { labels, value }: Sample, largest: number, context: Context): HTMLElement {
  const { text, level } = show(value, panel);
  const href = hrefOf(context, panel.link, labels);
  const name = fillLegend(panel.legend, labels);
  const fill = element('div', { class: 'bar-fill', 'data-level': level });
  fill.style.width = `${Math.min(100, (100 * Math.max(0, value)) / (largest || 1))}%`;
  return element(
    'div',
    { class: 'bar-row' },
    element('div', { class: 'bar-name', title: name }, href ? element('a', { href }, name) : name),
    element('div', { class: 'bar-track' }, fill),
    element('div', { class: 'bar-value', 'data-level': level }, text),
  );
}
