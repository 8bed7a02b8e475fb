import type { Column, Expression, TablePanel, ValueColumn } from '../model/dashboard.ts';
import { byNumber, type Labels, type Sample } from './prometheus.ts';

/** A row of a table: its labels, and a value per column; undefined where a series is missing, or the column shows a label. */
export type Row = { readonly labels: Labels; readonly values: readonly (number | undefined)[] };

export type Answers = ReadonlyMap<Expression, readonly Sample[]>;

/** The expressions that a table asks for. */
export function expressionsOf(panel: TablePanel): readonly Expression[] {
  const asked = panel.columns.map((column) => ('expression' in column ? column.expression : column.of));
  return [...new Set([panel.rows, ...asked].filter((one) => one !== undefined))];
}

/** The rows of a table. A series belongs to all rows that have the same values of those key labels which it has. */
export function joinRows(panel: TablePanel, answers: Answers): readonly Row[] {
  const found = findRows(panel, answers);
  const lookups = panel.columns.map((column) => lookup(panel.key, samplesOf(column, answers)));
  return found.map((labels) => {
    const samples = lookups.map((find) => find(labels));
    const added = panel.columns.map((column, index) => labelOf(column, samples[index]));
    const values = panel.columns.map((column, index) => numberOf(column, samples[index]));
    return { labels: Object.assign({}, labels, ...added), values };
  });
}

function findRows({ key, rows, columns }: TablePanel, answers: Answers): readonly Labels[] {
  const sources =
    rows === undefined ? columns.map((column) => samplesOf(column, answers)) : [answers.get(rows)];
  const found = new Map<string, Labels>();
  for (const samples of sources)
    for (const { labels } of samples ?? []) {
      const id = idOf(key, labels);
      if (key.every((name) => labels[name]) && !found.has(id)) found.set(id, labels);
    }
  return [...found.values()];
}

function samplesOf(column: Column, answers: Answers): readonly Sample[] {
  const expression = 'expression' in column ? column.expression : column.of;
  return (expression !== undefined && answers.get(expression)) || [];
}

function lookup(key: readonly string[], samples: readonly Sample[]): (labels: Labels) => Sample | undefined {
  const shared = key.filter((name) => samples[0]?.labels[name] !== undefined);
  const known = new Map(samples.map((sample) => [idOf(shared, sample.labels), sample]));
  return (labels) => known.get(idOf(shared, labels));
}

function idOf(names: readonly string[], labels: Labels): string {
  return names.map((name) => labels[name] ?? '').join('\0');
}

function labelOf(column: Column, sample: Sample | undefined): Labels {
  if (!('label' in column) || sample === undefined) return {};
  return { [column.label]: sample.labels[column.label] ?? '' };
}

function numberOf(column: Column, sample: Sample | undefined): number | undefined {
  return 'expression' in column ? sample?.value : undefined;
}

/** The order of a table: a column's title, and whether the largest comes first. */
export type Order = { readonly title: string; readonly descending: boolean };

/** The order that a panel names as `-Title`; without one, its first column. */
export function firstOrder({ sort, columns }: TablePanel): Order {
  const title = sort?.replace(/^-/, '') ?? columns[0]?.title ?? '';
  return { title, descending: sort?.startsWith('-') ?? false };
}

/** Rows in an order. Missing values come last in both directions. */
export function sortRows(rows: readonly Row[], columns: readonly Column[], order: Order): readonly Row[] {
  const index = columns.findIndex(({ title }) => title === order.title);
  const column = columns[index];
  if (column === undefined) return rows;
  const sign = order.descending ? -1 : 1;
  if ('label' in column) {
    const { label } = column;
    return rows.toSorted((one, other) => sign * byNumber(one.labels[label] ?? '', other.labels[label] ?? ''));
  }
  return rows.toSorted((one, other) => compareValues(one.values[index], other.values[index], sign));
}

function compareValues(one: number | undefined, other: number | undefined, sign: number): number {
  const isMissing = one === undefined || Number.isNaN(one);
  const isOtherMissing = other === undefined || Number.isNaN(other);
  if (isMissing || isOtherMissing) return Number(isMissing) - Number(isOtherMissing);
  return sign * (one - other);
}

/** The length of a cell's bar, as a part of the cell; undefined without a bar. */
export function shareOf(column: ValueColumn, value: number | undefined): number | undefined {
  if (column.bar === undefined || value === undefined || Number.isNaN(value)) return undefined;
  return Math.min(1, Math.max(0, value / column.bar));
}

/** Rows whose labels contain all words of a search, in any letter case. */
export function searchRows(rows: readonly Row[], search: string): readonly Row[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter(({ labels }) => {
    const text = Object.values(labels).join(' ').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
