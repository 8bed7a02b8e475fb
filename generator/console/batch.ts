import { append } from '../model/multimap.ts';
import type { Sample } from './prometheus.ts';

/** Several expressions that are asked by one query. `split` gives each of them its part of the answer. */
export type Batch = {
  readonly expressions: readonly string[];
  readonly query: string;
  split(samples: readonly Sample[]): readonly (readonly Sample[])[];
};

/** Metrics of one query. */
const NAMES = 12;
/** Other expressions of one query: Prometheus compares each sample with those of all expressions before its own. */
const EXPRESSIONS = 8;

/**
 * The queries that answer all expressions. A page has dozens of single values; one request for each of them would wait for
 * the others, because a browser opens six connections at most. Metrics that are selected by the same labels are one
 * selector, which costs no more than its series; the others are joined by `or`.
 */
export function planBatches(expressions: readonly string[]): readonly Batch[] {
  const selectors = groupBy(expressions, matchersOf);
  return [...selectors].flatMap(([matchers, group]) =>
    matchers === OTHER
      ? inParts(group, EXPRESSIONS).map(joinExpressions)
      : inParts(group, NAMES).map((part) => joinSelectors(part, matchers)),
  );
}

/** A metric with or without matchers, and nothing else. */
const PLAIN =
  /^(?<name>[a-zA-Z_:][\w:]*)(?:\{(?<matchers>(?:\s*\w+\s*(?:=~|!~|!=|=)\s*"(?:[^"\\]|\\.)*"\s*,?)*)\})?$/;
const OTHER = 'no selector';

function matchersOf(expression: string): string {
  const plain = PLAIN.exec(expression);
  return plain ? (plain.groups?.matchers ?? '').trim() : OTHER;
}

function joinSelectors(part: readonly string[], matchers: string): Batch {
  const names = part.map((expression) => PLAIN.exec(expression)?.groups?.name ?? '');
  const query = `{__name__=~"${names.join('|')}"${matchers && `,${matchers}`}}`;
  const split = (samples: readonly Sample[]) => {
    const found = groupBy(samples, ({ labels }) => labels.__name__ ?? '');
    return names.map((name) => found.get(name) ?? []);
  };
  return part.length === 1 ? single(part) : { expressions: part, query, split };
}

/** The label that says which expression of a batch a sample belongs to. */
const NUMBER = '__q';

function joinExpressions(part: readonly string[]): Batch {
  if (part.length === 1) return single(part);
  const marked = part.map((one, index) => `label_replace(${one}, "${NUMBER}", "${index}", "", "")`);
  const split = (samples: readonly Sample[]) => {
    const parts: Sample[][] = part.map(() => []);
    for (const { labels, value } of samples) {
      const { [NUMBER]: number, ...rest } = labels;
      parts[Number(number)]?.push({ labels: rest, value });
    }
    return parts;
  };
  return { expressions: part, query: marked.join(' or '), split };
}

function single(part: readonly string[]): Batch {
  return { expressions: part, query: part[0] ?? '', split: (samples) => [samples] };
}

/** As Map.groupBy, which browsers have and Node 20 does not. */
function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) append(groups, keyOf(item), item);
  return groups;
}

function inParts<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, part) => items.slice(part * size, (part + 1) * size));
}
