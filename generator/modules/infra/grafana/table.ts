import type * as common from '@grafana/grafana-foundation-sdk/common';
import type * as table from '@grafana/grafana-foundation-sdk/table';
import type { Column, LabelColumn, TablePanel, ValueColumn } from '../../../model/dashboard.ts';
import { type PageContext, valueLinks } from './links.ts';
import { isColored, lookOf, scaled } from './look.ts';
import type { PanelForm } from './panels.ts';
import { refIdOf, targetOf } from './query.ts';
import type { CellOptions, FieldOverride, Json, Target } from './schema.ts';

/*
 * A table is a query for each column. Grafana's transformation `merge` joins rows that are equal in all fields which the
 * answers have in common: so each query is reduced to the labels of the key, and the one with further labels is the first.
 */

/** A query of a table: its expression, and the labels that it must have. */
type TableQuery = {
  readonly expression: string;
  readonly labels: readonly string[];
  /** The column that shows its value. */
  readonly column?: ValueColumn;
};

export function tableForm(panel: TablePanel, context: PageContext): PanelForm {
  const queries = queriesOf(panel);
  const targets = queries.map(
    ({ expression, labels, column }, index): Target =>
      targetOf(refIdOf(index), scaled(reduced(expression, labels, panel), column?.unit ?? 'none'), {
        isInstant: true,
        format: 'table',
      }),
  );
  const options: Json<table.Options> = {
    frameIndex: 0,
    showHeader: true,
    cellHeight: 'sm',
    sortBy: sortOf(panel),
  };
  const custom: Json<common.TableFieldOptions> = { align: 'auto', inspect: false, filterable: true };
  return {
    type: 'table',
    targets,
    options,
    fieldConfig: { defaults: { custom }, overrides: overridesOf(panel, queries, context) },
    transformations: [
      { id: 'merge', options: {} },
      { id: 'organize', options: organizeOptions(panel, queries) },
    ],
  };
}

/** The rows with their labels, then the labels of other series, then the values. */
function queriesOf(panel: TablePanel): TableQuery[] {
  const { key, rows, columns } = panel;
  const details = detailsOf(panel);
  const lookups = new Map<string, string[]>();
  for (const column of columns) {
    if (!('label' in column) || column.of === undefined) continue;
    lookups.set(column.of, [...(lookups.get(column.of) ?? key), column.label]);
  }
  return [
    ...(rows === undefined ? [] : [{ expression: rows, labels: [...key, ...details] }]),
    ...[...lookups].map(([expression, labels]) => ({ expression, labels })),
    ...columns.flatMap((column): TableQuery[] => {
      if (!('expression' in column)) return [];
      const labels = rows === undefined ? [...key, ...details] : key;
      return [{ expression: column.expression, labels, column }];
    }),
  ];
}

/** Labels of the rows beyond the key: those that columns show, and those that links need. */
function detailsOf({ key, rows, columns }: TablePanel): readonly string[] {
  const shown = columns.flatMap((column) =>
    'label' in column && column.of === undefined ? [column.label] : [],
  );
  const linked = columns.flatMap(({ link }) => Object.values(link?.variables ?? {}));
  const others = new Set([...shown, ...(rows === undefined ? [] : linked)]);
  const found = columns.flatMap((column) =>
    'label' in column && column.of !== undefined ? [column.label] : [],
  );
  return [...others].filter((label) => !key.includes(label) && !found.includes(label));
}

/** With `rows`, values of other rows are left out: `and` keeps those whose key is among them. */
function reduced(expression: string, labels: readonly string[], { key, rows }: TablePanel): string {
  const reducedValue = `max by (${labels.join(', ')}) (${expression})`;
  if (rows === undefined || expression === rows) return reducedValue;
  return `${reducedValue} and on (${key.join(', ')}) (${rows})`;
}

/** `merge` leaves labels under their names, and values under those of their queries. */
function valueNames(index: number, count: number): readonly string[] {
  return count === 1 ? ['Value', `Value #${refIdOf(index)}`] : [`Value #${refIdOf(index)}`];
}

function organizeOptions({ columns }: TablePanel, queries: readonly TableQuery[]) {
  const count = queries.length;
  const nameOf = (column: Column): readonly string[] =>
    'label' in column
      ? [column.label]
      : valueNames(
          queries.findIndex((one) => one.column === column),
          count,
        );
  const ordered = columns.flatMap((column, place) =>
    nameOf(column).map((name) => ({ name, place, title: column.title })),
  );
  const unnamed = queries.flatMap(({ column }, index) => (column ? [] : valueNames(index, count)));
  return {
    indexByName: Object.fromEntries(ordered.map(({ name, place }) => [name, place])),
    renameByName: Object.fromEntries(ordered.map(({ name, title }) => [name, title])),
    excludeByName: Object.fromEntries(['Time', ...unnamed].map((name) => [name, true])),
  };
}

/** Labels that only links need are hidden, not removed. */
function overridesOf(
  panel: TablePanel,
  queries: readonly TableQuery[],
  context: PageContext,
): FieldOverride[] {
  const { key, columns } = panel;
  const known = new Set([...key, ...queries.flatMap(({ labels }) => labels)]);
  const shown = new Set(columns.flatMap((column) => ('label' in column ? [column.label] : [])));
  const hidden = [...known].filter((label) => !shown.has(label));
  return [
    ...columns.map((column) => columnOverride(column, known, context)),
    // The second name is that of Grafana 12.2 and later.
    ...hidden.map((label) => override(label, { 'custom.hidden': true, 'custom.hideFrom.viz': true })),
  ];
}

function columnOverride(column: Column, known: ReadonlySet<string>, context: PageContext): FieldOverride {
  const links = valueLinks(column.link, context, (label) =>
    known.has(label) ? `\${__data.fields.${label}:percentencode}` : undefined,
  );
  return override(column.title, { ...(links && { links }), ...lookOfColumn(column) });
}

function lookOfColumn(column: LabelColumn | ValueColumn): Readonly<Record<string, unknown>> {
  if ('label' in column) return {};
  const { color: _, ...look } = lookOf(column);
  const range = column.bar === undefined ? {} : { min: 0, max: column.bar };
  return { ...look, ...range, 'custom.cellOptions': cellOf(column), noValue: '–' };
}

function cellOf(column: ValueColumn): CellOptions {
  if (column.bar !== undefined) return { type: 'gauge', mode: 'basic' };
  return { type: isColored(column) ? 'color-text' : 'auto' };
}

function override(name: string, properties: Readonly<Record<string, unknown>>): FieldOverride {
  return {
    matcher: { id: 'byName', options: name },
    properties: Object.entries(properties).map(([id, value]) => ({ id, value })),
  };
}

function sortOf({ sort, columns }: TablePanel): Json<common.TableSortByFieldState>[] {
  const displayName = sort?.replace(/^-/, '') ?? columns[0]?.title;
  return displayName === undefined ? [] : [{ displayName, desc: sort?.startsWith('-') ?? false }];
}
