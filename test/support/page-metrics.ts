import { parser } from '@prometheus-io/lezer-promql';
import type { Page, Panel } from '../../generator/model/dashboard.ts';

/** A metric or recorded value that an expression reads. */
export type ReadMetric = {
  readonly name: string;
  /** The labels that its selectors ask for. */
  readonly labels: readonly string[];
  /** Whether it is read over a range: rates are made of counters. */
  readonly inRange: boolean;
};

/**
 * What a PromQL expression reads, by Prometheus's own grammar. Variables of pages stand in quoted strings, where they are as
 * good as any text. Throws with the expression and the place of the mistake if it is no PromQL, or if a selector has no name.
 */
export function readMetrics(expression: string): readonly ReadMetric[] {
  const found: ReadMetric[] = [];
  const cursor = parser.parse(expression).cursor();
  do {
    if (cursor.type.isError) throw new Error(`no PromQL at character ${cursor.from}: ${expression}`);
    if (cursor.name !== 'VectorSelector') continue;
    const text = expression.slice(cursor.from, cursor.to);
    const name = /^[a-zA-Z_:][\w:]*/.exec(text)?.[0];
    if (name === undefined) throw new Error(`a selector without a name: ${expression}`);
    const inRange = cursor.node.parent?.name === 'MatrixSelector';
    found.push({ name, labels: labelsOf(expression, cursor.node), inRange });
  } while (cursor.next());
  return found;
}

function labelsOf(
  expression: string,
  selector: ReturnType<typeof parser.parse>['topNode'],
): readonly string[] {
  const matchers = selector.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
  return matchers.flatMap((matcher) => {
    const name = matcher.getChild('LabelName');
    return name ? [expression.slice(name.from, name.to)] : [];
  });
}

/** All expressions of a page: of its panels, and of its variables. */
export function expressionsOf(page: Page): readonly string[] {
  const panels = page.sections.flatMap((section) => section.panels.flatMap(panelExpressions));
  const variables = page.variables.flatMap((variable) => (variable.kind === 'label' ? [variable.of] : []));
  return [...new Set([...panels, ...variables])];
}

function panelExpressions(panel: Panel): readonly string[] {
  switch (panel.kind) {
    case 'timeseries':
      return panel.series.map(({ expression }) => expression);
    case 'table':
      return [
        panel.rows,
        ...panel.columns.map((one) => ('expression' in one ? one.expression : one.of)),
      ].filter((one) => one !== undefined);
    case 'alerts':
    case 'logs':
      return [];
    default:
      return [panel.expression];
  }
}

/** The names of all metrics and recorded values that pages read, sorted. */
export function namesReadBy(pages: readonly Page[]): readonly string[] {
  const names = pages.flatMap(expressionsOf).flatMap(readMetrics);
  return [...new Set(names.map(({ name }) => name))].sort();
}
