import type { Expression, Page, Panel } from '../model/dashboard.ts';

/** Pages are constants of modules. */
const known = new WeakMap<Page, readonly Expression[]>();

/** All expressions of a page, each once: of its panels, and of its variables. */
export function queriesOf(page: Page): readonly Expression[] {
  const queries = known.get(page) ?? collect(page);
  known.set(page, queries);
  return queries;
}

function collect(page: Page): readonly Expression[] {
  const panels = page.sections.flatMap((section) => section.panels.flatMap(panelQueries));
  const variables = page.variables.flatMap((variable) => (variable.kind === 'label' ? [variable.of] : []));
  return [...new Set([...panels, ...variables])];
}

function panelQueries(panel: Panel): readonly Expression[] {
  switch (panel.kind) {
    case 'timeseries':
      return panel.series.map(({ expression }) => expression);
    case 'table': {
      const columns = panel.columns.map((column) => ('expression' in column ? column.expression : column.of));
      return [panel.rows, ...columns].filter((query) => query !== undefined);
    }
    case 'alerts':
    case 'logs':
      return [];
    default:
      return [panel.expression];
  }
}
