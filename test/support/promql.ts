import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

/** What an expression reads: a metric, and the labels that it is selected by, with the text that they are compared with. */
export type Selection = {
  readonly metric: string;
  readonly matchers: readonly { readonly label: string; readonly value: string }[];
  /** Whether it is read over a range: rates are made of counters. */
  readonly inRange: boolean;
};

/**
 * The selections of an expression, read by the grammar of Prometheus's own editor. Variables of pages stand in quoted strings,
 * where they are as good as any text. Throws where it is not PromQL, and for a selector without a name.
 */
export function selectionsOf(expr: string): readonly Selection[] {
  const found: Selection[] = [];
  parser.parse(expr).iterate({
    enter: ({ node, type, from, to }) => {
      if (type.isError)
        throw new Error(`not PromQL at ${from}: ${expr.slice(0, from)}<here>${expr.slice(to)}`);
      if (type.name === 'VectorSelector') found.push(selectionOf(node, expr));
    },
  });
  return found;
}

function selectionOf(node: SyntaxNode, expr: string): Selection {
  const text = (part: { readonly from: number; readonly to: number }) => expr.slice(part.from, part.to);
  const name = node.getChild('Identifier');
  if (!name) throw new Error(`a selector without a metric: ${text(node)}`);
  const matchers = node
    .getChildren('LabelMatchers')
    .flatMap((all) => all.getChildren('UnquotedLabelMatcher'))
    .map((matcher) => {
      const part = (kind: string) => matcher.getChildren(kind).map(text).join('');
      return { label: part('LabelName'), value: part('StringLiteral').slice(1, -1) };
    });
  return { metric: text(name), matchers, inRange: node.parent?.name === 'MatrixSelector' };
}
