import type { Sample } from './prometheus.ts';

/** The label that says which expression of a batch a sample belongs to. */
const NUMBER = '__q';

/**
 * One expression for the values of several. A page has dozens of single values; one request for each of them would wait for
 * the others, because a browser opens six connections at most.
 */
export function batchExpression(expressions: readonly string[]): string {
  return expressions
    .map((expression, index) => `label_replace(${expression}, "${NUMBER}", "${index}", "", "")`)
    .join(' or ');
}

/** The samples of a batch, for each of its `count` expressions. */
export function splitBatch(samples: readonly Sample[], count: number): readonly (readonly Sample[])[] {
  const parts: Sample[][] = Array.from({ length: count }, () => []);
  for (const { labels, value } of samples) {
    const { [NUMBER]: number, ...rest } = labels;
    parts[Number(number)]?.push({ labels: rest, value });
  }
  return parts;
}

/** `items` in parts of at most `size`. */
export function inParts<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, part) => items.slice(part * size, (part + 1) * size));
}
