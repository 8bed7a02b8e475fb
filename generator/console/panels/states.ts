import type { StatesPanel } from '../../model/dashboard.ts';
import { type Context, hrefOf, type PanelView } from '../context.ts';
import { element } from '../element.ts';
import { fillLegend } from '../expression.ts';
import { formatTime, stateOf } from '../format.ts';
import { type Run, runsOf } from '../lines.ts';
import { byNumber, type Line } from '../prometheus.ts';
import type { TimeRange } from '../time-range.ts';

const LIMIT = 200;

/** A track per series, with a block for each time in which it had one state. */
export function statesView(panel: StatesPanel, context: Context): PanelView {
  const body = element('div', { class: 'states' });
  return {
    body,
    async show(load) {
      const lines = await load.lines(panel.expression);
      const named = lines.map((line) => ({ line, name: fillLegend(panel.legend, line.labels) }));
      named.sort((one, other) => byNumber(one.name, other.name));
      const shown = named.slice(0, LIMIT);
      const tracks = shown.map(({ line, name }) => track(panel, line, name, load.range, context));
      body.replaceChildren(...tracks, scale(load.range));
      body.dataset.empty = String(shown.length === 0);
    },
  };
}

function track(
  panel: StatesPanel,
  line: Line,
  name: string,
  range: TimeRange,
  context: Context,
): HTMLElement {
  const href = hrefOf(context, panel.link, line.labels);
  const blocks = runsOf(line, range).map((run) => block(panel, run, range));
  return element(
    'div',
    { class: 'state-row' },
    element('div', { class: 'state-name', title: name }, href ? element('a', { href }, name) : name),
    element('div', { class: 'state-track' }, ...blocks),
  );
}

function block(panel: StatesPanel, run: Run, range: TimeRange): HTMLElement {
  const { text, level } = stateOf(run.value, panel.texts);
  const length = range.to - range.from || 1;
  const to = Math.min(run.to, range.to);
  const title = `${text}: ${formatTime(run.from)} to ${formatTime(to)}`;
  const made = element('div', { class: 'state', 'data-level': level, title }, text);
  made.style.left = `${(100 * (run.from - range.from)) / length}%`;
  made.style.width = `${(100 * (to - run.from)) / length}%`;
  return made;
}

function scale({ from, to }: TimeRange): HTMLElement {
  const time = (seconds: number) => formatTime(seconds).slice(to - from > 86_400 ? 5 : 11, 16);
  const ends = [from, (from + to) / 2, to].map((seconds) => element('span', {}, time(seconds)));
  const marks = element('div', { class: 'state-scale' }, ...ends);
  return element('div', { class: 'state-row', 'aria-hidden': 'true' }, element('div'), marks);
}
