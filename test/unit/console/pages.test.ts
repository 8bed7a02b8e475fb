import { describe, expect, it } from 'vitest';
import type { Page, PageLink, Panel } from '../../../generator/model/dashboard.ts';
import { consoleFile } from '../../../generator/modules/infra/monitoring/console-file.ts';
import { queriesOf } from '../../../generator/text/page-queries.ts';
import { ALL_PAGES } from '../../support/all-pages.ts';
import { selectionsOf } from '../../support/promql.ts';

function panelsOf(page: Page): readonly Panel[] {
  return page.sections.flatMap(({ panels }) => panels);
}

function linksOf(page: Page): readonly PageLink[] {
  return panelsOf(page).flatMap((panel) => {
    const own = 'link' in panel ? [panel.link] : [];
    const columns = panel.kind === 'table' ? panel.columns.map(({ link }) => link) : [];
    return [...own, ...columns].filter((link) => link !== undefined);
  });
}

/** Names of variables in any text of a page. */
function variablesUsed(value: unknown): readonly string[] {
  const text = JSON.stringify(value);
  return [...text.matchAll(/\$\{(\w+):regex\}|\$([a-zA-Z_]\w*)/g)].map(
    ([, inRegex, plain]) => inRegex ?? plain ?? '',
  );
}

describe('pages', () => {
  it('have names and places of their own', () => {
    expect(new Set(ALL_PAGES.map(({ id }) => id)).size).toBe(ALL_PAGES.length);
    expect(new Set(ALL_PAGES.map(({ order }) => order)).size).toBe(ALL_PAGES.length);
  });

  it.each(ALL_PAGES.map((page) => [page.id, page] as const))('%s reads PromQL only', (_, page) => {
    for (const expression of queriesOf(page)) expect(selectionsOf(expression).length).toBeGreaterThan(0);
  });

  it.each(ALL_PAGES.map((page) => [page.id, page] as const))(
    '%s uses its own variables, in their order',
    (_, page) => {
      const names = page.variables.map(({ name }) => name);
      expect(variablesUsed(page.sections).filter((name) => !names.includes(name))).toEqual([]);
      page.variables.forEach((variable, index) => {
        const before = names.slice(0, index);
        expect(variablesUsed(variable).filter((name) => !before.includes(name))).toEqual([]);
      });
    },
  );

  it.each(ALL_PAGES.map((page) => [page.id, page] as const))(
    '%s has titles of their own and widths of twelve columns',
    (_, page) => {
      for (const { panels } of page.sections) {
        const titles = panels.map(({ title }) => title);
        expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
        expect(panels.filter(({ width }) => width < 1 || width > 12)).toEqual([]);
      }
    },
  );

  it.each(ALL_PAGES.map((page) => [page.id, page] as const))(
    '%s links to pages with those variables',
    (_, page) => {
      for (const link of linksOf(page)) {
        const target = ALL_PAGES.find(({ id }) => id === link.page);
        const known = target?.variables.map(({ name }) => name);
        expect([link.page, known]).toEqual([link.page, expect.arrayContaining(Object.keys(link.variables))]);
      }
    },
  );

  it.each(ALL_PAGES.map((page) => [page.id, page] as const))(
    '%s sorts tables by columns that they have',
    (_, page) => {
      for (const panel of panelsOf(page)) {
        if (panel.kind !== 'table' || panel.sort === undefined) continue;
        expect(panel.columns.map(({ title }) => title)).toContain(panel.sort.replace(/^-/, ''));
      }
    },
  );

  it('are written in the order of the navigation, for the paths of the portal', () => {
    const written = JSON.parse(consoleFile('demo', ALL_PAGES.toReversed()));
    expect(written.site).toBe('demo');
    expect(written.pages[0].id).toBe('overview');
    expect(written.pages).toHaveLength(ALL_PAGES.length);
    expect(written.prometheus).toBe('/prometheus');
  });
});

describe('what expressions read', () => {
  it('is found through functions, ranges and joins', () => {
    const read = selectionsOf(
      'sum by (a) (rate(x{b="1"}[5m])) / on (a) group_left () pg:ins:y{c=~"2"} offset 1h',
    );
    expect(read).toEqual([
      { metric: 'x', matchers: [{ label: 'b', value: '1' }], inRange: true },
      { metric: 'pg:ins:y', matchers: [{ label: 'c', value: '2' }], inRange: false },
    ]);
  });

  it('is an error where it is no PromQL, or has no name', () => {
    expect(() => selectionsOf('sum(up')).toThrow('not PromQL');
    expect(() => selectionsOf('{job="x"}')).toThrow('without a metric');
  });
});
