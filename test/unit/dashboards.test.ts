import { describe, expect, it } from 'vitest';
import type { Page, Panel } from '../../generator/model/dashboard.ts';
import {
  alertList,
  anyOf,
  bars,
  chart,
  column,
  labelColumn,
  linkTo,
  logLines,
  oneOf,
  page,
  section,
  stat,
  states,
  steps,
  table,
  UP,
} from '../../generator/model/panels.ts';
import { dashboardOf } from '../../generator/modules/infra/grafana/dashboard.ts';
import { queryOf } from '../../generator/modules/infra/grafana/query.ts';
import type { DashboardPanel } from '../../generator/modules/infra/grafana/schema.ts';
import { queriesOf } from '../../generator/text/page-queries.ts';
import { ALL_PAGES } from '../support/all-pages.ts';
import { closedRows, DASHBOARDS, panelsOf, targetsOf, urlsOf } from '../support/dashboards.ts';
import { selectionsOf } from '../support/promql.ts';

/* The pages as dashboards of Grafana. That they have its types is tsc's to say: generator/modules/infra/grafana/schema.ts. */
const CORE = 'alertlist bargauge stat state-timeline table text timeseries'.split(' ');
const named = DASHBOARDS.map((one, index) => [one.uid ?? '', one, ALL_PAGES[index] as Page] as const);

/** Names of variables in a text, but for Grafana's own. */
function variablesIn(text: string): string[] {
  return [...text.matchAll(/\$\{?(\w+)/g)].flatMap(([, name = '']) => (name.startsWith('__') ? [] : [name]));
}

/** The cells of the grid that a panel takes. Throws if one is beyond the last column. */
function cellsOf({ gridPos, title }: Pick<DashboardPanel, 'gridPos' | 'title'>): string[] {
  const { x = 0, y = 0, w = 0, h = 0 } = gridPos ?? {};
  if (x + w > 24) throw new Error(`${title} is too wide`);
  return Array.from({ length: w * h }, (_, index) => `${x + (index % w)} ${y + Math.floor(index / w)}`);
}

describe('dashboards', () => {
  it('have addresses and titles of their own, which Grafana takes', () => {
    for (const key of ['uid', 'title'] as const) {
      const values = DASHBOARDS.map((one) => one[key]);
      expect(new Set(values).size).toBe(ALL_PAGES.length);
    }
    for (const one of DASHBOARDS) {
      expect(one.uid).toMatch(/^[a-zA-Z0-9_-]{1,40}$/);
      expect([one.id, one.schemaVersion]).toEqual([undefined, 42]);
    }
  });

  it.each(named)('%s asks for everything that the page asks for, and nothing else', (_, one, of) => {
    const asked = panelsOf(one)
      .flatMap(targetsOf)
      .map(({ expr }) => expr);
    const variables = (one.templating.list ?? []).map(({ definition = '' }) => definition);
    const missing = queriesOf(of).filter(
      (expression) => ![...asked, ...variables].some((text) => text.includes(queryOf(expression))),
    );
    expect(missing).toEqual([]);
    const wanted = new Set(
      queriesOf(of)
        .flatMap(selectionsOf)
        .map(({ metric }) => metric),
    );
    const names = asked.flatMap(selectionsOf).map(({ metric }) => metric);
    expect(names.filter((name) => !wanted.has(name))).toEqual([]);
  });

  it.each(named)('%s has values for all its variables', (_, one) => {
    const known = (one.templating.list ?? []).map(({ name }) => name);
    expect(variablesIn(JSON.stringify(one)).filter((name) => !known.includes(name))).toEqual([]);
  });

  it.each(named)('%s quotes each variable for the string that it is in', (_, one, { variables }) => {
    const texts = [
      ...panelsOf(one)
        .flatMap(targetsOf)
        .map(({ expr }) => expr),
      ...(one.templating.list ?? []).map(({ definition = '' }) => definition),
    ];
    for (const text of texts)
      for (const [, operator, name] of text.matchAll(/(=~|=|!=|!~)"\$\{?(\w+)\}?"/g)) {
        const variable = variables.find((variable) => variable.name === name);
        const isOpen = variable?.kind === 'label' && variable.choose === 'any';
        expect([name, operator]).toEqual([name, isOpen ? '=~' : '=']);
      }
  });

  it.each(named)('%s is made of panels of Grafana itself, each in its place', (_, one) => {
    const panels = panelsOf(one);
    for (const { type } of panels) expect(CORE).toContain(type);
    // The panels of a closed row stand on their own.
    const groups = [one.panels ?? [], ...closedRows(one)];
    const ids = groups.flatMap((group) => group.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
    for (const group of groups) {
      const cells = group.flatMap(cellsOf);
      expect(new Set(cells).size).toBe(cells.length);
    }
  });

  it.each(named)('%s leads to pages that exist, with variables that they have', (_, one) => {
    for (const url of panelsOf(one).flatMap(urlsOf)) {
      const [, id, query = ''] = /^\/d\/([\w-]+)\?(.*)$/.exec(url) ?? [];
      const target = ALL_PAGES.find((other) => other.id === id);
      expect(target, url).toBeDefined();
      const given = [...query.matchAll(/var-(\w+)=|\$\{(\w+):queryparam\}/g)].map(([, a, b]) => a ?? b);
      const known = target?.variables.map(({ name }) => name) ?? [];
      expect(
        given.filter((name) => !known.includes(name ?? '')),
        url,
      ).toEqual([]);
    }
  });

  it.each(named)('%s has no two columns of one name in a table', (_, one) => {
    for (const { fieldConfig } of panelsOf(one)) {
      const names = (fieldConfig?.overrides ?? []).map(({ matcher }) => matcher.options);
      expect(new Set(names).size).toBe(names.length);
    }
  });
});

/** The only panel of a page, and its variables `cls`, always with a value, and `ins`, perhaps without one. */
function written(panel: Panel) {
  const place = { group: 'Site', order: 1, about: '', sections: [section('All', panel)] };
  const variables = [oneOf('cls', 'Cluster', 'up'), anyOf('ins', 'Instance', 'up{cls="$cls"}')];
  const self = page('here', 'Here', { ...place, variables });
  const other = page('there', 'There', { ...place, variables });
  const dashboard = dashboardOf({ page: self, pages: [self, other], console: 'https://h/console' });
  const [only] = panelsOf(JSON.parse(JSON.stringify(dashboard)));
  if (!only) throw new Error('no panel');
  return only;
}

describe('a panel in Grafana', () => {
  it('stat: words, colours and the number of a moment', () => {
    const { type, targets, options, fieldConfig } = written(
      stat('State', 'up{ins=~"${ins:regex}"}', { texts: UP, steps: steps(1, 2) }),
    );
    expect([type, targets?.[0], options]).toMatchObject([
      'stat',
      { expr: 'up{ins=~"${ins}"}', instant: true, datasource: { uid: 'ds-prometheus' } },
      { colorMode: 'value', textMode: 'value', graphMode: 'none' },
    ]);
    expect(fieldConfig?.defaults).toMatchObject({
      mappings: [{ options: { 1: { text: 'up', color: 'green' }, 0: { text: 'down', color: 'red' } } }],
      thresholds: {
        steps: [
          { value: null, color: 'green' },
          { value: 1, color: 'orange' },
          { value: 2, color: 'red' },
        ],
      },
    });
  });

  it('stat with a label: the text of the label', () => {
    const { targets, options } = written(stat('Primary', 'up == 1', { label: 'ins' }));
    expect([targets?.[0], options]).toMatchObject([{ legendFormat: '{{ins}}' }, { textMode: 'name' }]);
  });

  it('stat of a time: in milliseconds', () => {
    const { targets, fieldConfig } = written(stat('Applied', 'a + b', { unit: 'timestamp' }));
    expect([targets?.[0], fieldConfig?.defaults.unit]).toMatchObject([
      { expr: '1000 * (a + b)' },
      'dateTimeAsIso',
    ]);
  });

  it('timeseries: a query for each line, which leads on with its labels and with the page', () => {
    const { targets, fieldConfig } = written(
      chart('Load', 'ratio', { '{{ins}}': 'a', all: 'b' }, { max: 1, link: linkTo('there', 'cls', 'ins') }),
    );
    expect(targets).toMatchObject([
      { refId: 'A', expr: 'a', legendFormat: '{{ins}}', range: true },
      { refId: 'B', expr: 'b', legendFormat: 'all' },
    ]);
    expect(fieldConfig?.defaults).toMatchObject({ unit: 'percentunit', min: 0, max: 1 });
    expect(fieldConfig?.defaults.links?.[0]?.url).toBe(
      '/d/there?${cls:queryparam}&var-ins=${__field.labels.ins:percentencode}&${__url_time_range}',
    );
  });

  it('table: rows by their key, with values of other queries', () => {
    const { targets, transformations, options, fieldConfig } = written(
      table(
        'Instances',
        ['ins'],
        [
          labelColumn('Instance', 'ins', linkTo('there', 'cls', 'ins')),
          labelColumn('Address', 'ip'),
          labelColumn('Generation', 'generation', undefined, 'agent_info'),
          column('Load', 'load', 'ratio', { bar: 1 }),
        ],
        { rows: 'up', sort: '-Load' },
      ),
    );
    expect(targets?.map((one) => 'expr' in one && one.expr)).toEqual([
      'max by (ins, ip, cls) (up)',
      'max by (ins, generation) (agent_info) and on (ins) (up)',
      'max by (ins) (load) and on (ins) (up)',
    ]);
    expect(transformations?.[1]?.options).toMatchObject({
      renameByName: { ins: 'Instance', ip: 'Address', generation: 'Generation', 'Value #C': 'Load' },
      excludeByName: { Time: true, 'Value #A': true, 'Value #B': true },
    });
    expect(options).toMatchObject({ sortBy: [{ displayName: 'Load', desc: true }] });
    const hidden = fieldConfig?.overrides.find(({ matcher }) => matcher.options === 'cls');
    expect(hidden?.properties).toContainEqual({ id: 'custom.hidden', value: true });
    expect(JSON.stringify(fieldConfig)).toContain(
      '/d/there?var-cls=${__data.fields.cls:percentencode}&var-ins=${__data.fields.ins:percentencode}',
    );
  });

  it('states, bars: a line or a bar for each series', () => {
    const line = written(states('Up', { expression: 'up', legend: '{{ins}}' }, UP));
    expect([line.type, line.targets?.[0]]).toMatchObject(['state-timeline', { legendFormat: '{{ins}}' }]);
    const bar = written(
      bars('Full', { expression: 'full', legend: '{{ins}}' }, 'ratio', { limit: 5, max: 1 }),
    );
    expect([bar.type, bar.targets?.[0]]).toMatchObject(['bargauge', { expr: 'sort_desc(topk(5, full))' }]);
  });

  it('alerts: those of Prometheus with the labels', () => {
    const { type, options } = written(alertList('Active', { cls: '$cls', job: 'x' }));
    expect([type, options]).toMatchObject([
      'alertlist',
      { alertInstanceLabelFilter: '{cls=~"${cls:regex}",job="x"}', datasource: 'Prometheus' },
    ]);
  });

  it('logs: a link to the page of the console', () => {
    const { type, options } = written(logLines('Lines', { CLS: '$cls' }));
    expect([type, options]).toMatchObject([
      'text',
      { content: expect.stringContaining('(https://h/console/#/here?var-cls=${cls:percentencode})') },
    ]);
  });
});
