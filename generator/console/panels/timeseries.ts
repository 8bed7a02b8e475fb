import type { TimeSeriesPanel } from '../../model/dashboard.ts';
import { type Context, hrefOf, type PanelView } from '../context.ts';
import { element } from '../element.ts';
import { fillLegend } from '../expression.ts';
import { formatValue } from '../format.ts';
import type { NamedLine } from '../lines.ts';
import { byNumber, type Line } from '../prometheus.ts';
import { Chart } from './chart.ts';
import { markColor } from './chart-style.ts';

/** Lines of one chart: more cannot be told apart, and are slow. Those with the largest last values are shown. */
const LIMIT = 120;

/** A chart over time, with a legend whose entries are links or show one line alone. */
export function timeSeriesView(panel: TimeSeriesPanel, context: Context): PanelView {
  const plot = element('div', { class: 'plot' });
  const legend = element('div', { class: 'legend' });
  const body = element('div', { class: 'timeseries' }, plot, legend);
  const chart = new Chart(plot, panel, (from, to) => context.go({ from: String(from), to: String(to) }));
  return {
    body,
    async show(load) {
      const answers = await Promise.all(panel.series.map(({ expression }) => load.lines(expression)));
      const all = answers.flatMap((lines, index) =>
        lines.map((line) => ({ name: nameOf(panel.series[index]?.legend ?? '', line), line })),
      );
      const shown = largest(all);
      chart.draw(shown, load.range);
      drawLegend(legend, chart, shown, { panel, context, left: all.length - shown.length });
      body.dataset.empty = String(all.length === 0);
    },
  };
}

function nameOf(legend: string, { labels }: Line): string {
  return fillLegend(legend, labels) || Object.values(labels).join(' ') || 'value';
}

function largest(lines: readonly NamedLine[]): readonly NamedLine[] {
  const last = ({ line }: NamedLine) => line.points.at(-1)?.[1] ?? 0;
  const chosen = lines.length <= LIMIT ? lines : lines.toSorted((a, b) => last(b) - last(a)).slice(0, LIMIT);
  return chosen.toSorted((one, other) => byNumber(one.name, other.name));
}

type LegendContext = { readonly panel: TimeSeriesPanel; readonly context: Context; readonly left: number };

function drawLegend(
  place: HTMLElement,
  chart: Chart,
  lines: readonly NamedLine[],
  { panel, context, left }: LegendContext,
): void {
  const entries = lines.map(({ name, line }, index) => {
    const href = hrefOf(context, panel.link, line.labels);
    const last = formatValue(line.points.at(-1)?.[1] ?? Number.NaN, panel.unit);
    const focus = () => chart.focus(index);
    const events = { onmouseenter: focus, onfocus: focus, onmouseleave: () => chart.focus(undefined) };
    const mark = element('i', { 'aria-hidden': 'true' });
    mark.style.background = markColor(index);
    const parts = [mark, name, element('b', {}, last)];
    if (href) return element('a', { href, ...events }, ...parts);
    return element('button', { type: 'button', ...events, onclick: () => chart.isolate(index) }, ...parts);
  });
  const note = left > 0 ? element('span', { class: 'none' }, `and ${left} more`) : undefined;
  place.replaceChildren(...entries, ...(note ? [note] : []));
}
