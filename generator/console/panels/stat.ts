import type { StatPanel } from '../../model/dashboard.ts';
import { type Context, hrefOf, type PanelView } from '../context.ts';
import { element } from '../element.ts';
import { show } from '../format.ts';
import type { Load } from '../load.ts';
import type { Line, Sample } from '../prometheus.ts';
import { sparkline } from './sparkline.ts';

/** One value in large type, or the value of a label; its course behind it if the panel has `trend`. */
export function statView(panel: StatPanel, context: Context): PanelView {
  const value = element('div', { class: 'stat-value' }, '…');
  const course = element('div', { class: 'stat-trend', 'aria-hidden': 'true' });
  const body = element('div', { class: 'stat' }, course, value);
  return {
    body,
    async show(load: Load): Promise<void> {
      const [samples, lines] = await Promise.all([
        load.instant(panel.expression),
        panel.trend ? load.lines(panel.expression) : [],
      ]);
      value.replaceChildren(shownValue(panel, samples, context));
      body.dataset.level =
        samples.length === 1 ? show(samples[0]?.value ?? Number.NaN, panel).level : 'plain';
      body.dataset.empty = String(samples.length === 0);
      drawCourse(course, lines, load);
    },
  };
}

function shownValue(panel: StatPanel, samples: readonly Sample[], context: Context): Node {
  const [sample] = samples;
  if (sample === undefined) return element('span', { class: 'none' }, 'no data');
  const text = panel.label === undefined ? show(sample.value, panel).text : namesOf(samples, panel.label);
  const href = hrefOf(context, panel.link, sample.labels);
  return href ? element('a', { href }, text) : element('span', {}, text);
}

function namesOf(samples: readonly Sample[], label: string): string {
  return [...new Set(samples.map(({ labels }) => labels[label] ?? ''))].join(', ') || '–';
}

function drawCourse(place: HTMLElement, lines: readonly Line[], load: Load): void {
  const [line] = lines;
  place.replaceChildren(...(line ? [sparkline(line, load.range)] : []));
}
