import type {
  AlertsPanel,
  BarsPanel,
  Column,
  Expression,
  LogsPanel,
  Page,
  PageLink,
  PageVariable,
  Panel,
  Section,
  Series,
  StatesPanel,
  StatPanel,
  Step,
  TablePanel,
  TimeSeriesPanel,
  Unit,
  ValueText,
} from './dashboard.ts';

/*
 * The functions that pages are written with: the parts that differ are arguments, the usual ones are defaults.
 */

export const UP: readonly ValueText[] = [
  { value: 1, text: 'up', level: 'good' },
  { value: 0, text: 'down', level: 'bad' },
];

/** For values where 1 means something, without being good or bad. */
export const YES: readonly ValueText[] = [
  { value: 1, text: 'yes', level: 'plain' },
  { value: 0, text: 'no', level: 'plain' },
];

/** Words for 0 and 1 of a fault. */
export function fault(text: string, level: 'warn' | 'bad' = 'bad'): readonly ValueText[] {
  return [
    { value: 0, text: 'no', level: 'good' },
    { value: 1, text, level },
  ];
}

/** Good below `warn`, wrong from `bad` on. */
export function steps(warn: number, bad: number): readonly Step[] {
  return [
    { from: Number.MIN_SAFE_INTEGER, level: 'good' },
    { from: warn, level: 'warn' },
    { from: bad, level: 'bad' },
  ];
}

/** Wrong below `bad`, to be watched below `warn`, good from there on. */
export function atLeast(warn: number, bad: number): readonly Step[] {
  return [
    { from: Number.MIN_SAFE_INTEGER, level: 'bad' },
    { from: bad, level: 'warn' },
    { from: warn, level: 'good' },
  ];
}

/** A link to a page that takes variables from labels of the same names. */
export function linkTo(page: string, ...names: readonly string[]): PageLink {
  return { page, variables: Object.fromEntries(names.map((name) => [name, name])) };
}

export function stat(
  title: string,
  expression: Expression,
  options: Partial<Omit<StatPanel, 'kind' | 'title' | 'expression'>> = {},
): StatPanel {
  return { kind: 'stat', title, expression, unit: 'none', width: 2, ...options };
}

/** `series` as legend and expression. */
export function chart(
  title: string,
  unit: Unit,
  series: Readonly<Record<string, Expression>>,
  options: Partial<Omit<TimeSeriesPanel, 'kind' | 'title' | 'series' | 'unit'>> = {},
): TimeSeriesPanel {
  const lines = Object.entries(series).map(([legend, expression]) => ({ legend, expression }));
  return { kind: 'timeseries', title, unit, series: lines, width: 4, ...options };
}

/** A table over the whole width, with one row per combination of the labels `key`. */
export function table(
  title: string,
  key: readonly string[],
  columns: readonly Column[],
  options: Partial<Omit<TablePanel, 'kind' | 'title' | 'key' | 'columns'>> = {},
): TablePanel {
  return { kind: 'table', title, key, columns, width: 12, ...options };
}

export function labelColumn(title: string, label: string, link?: PageLink, of?: Expression): Column {
  return { title, label, ...(link && { link }), ...(of !== undefined && { of }) };
}

export function column(
  title: string,
  expression: Expression,
  unit: Unit = 'none',
  options: Partial<Omit<Extract<Column, { unit: Unit }>, 'title' | 'expression' | 'unit'>> = {},
): Column {
  return { title, expression, unit, ...options };
}

export function states(
  title: string,
  series: Series,
  texts: readonly ValueText[],
  options: Partial<Pick<StatesPanel, 'help' | 'width' | 'link'>> = {},
): StatesPanel {
  return { kind: 'states', title, ...series, texts, width: 6, ...options };
}

export function bars(
  title: string,
  series: Series,
  unit: Unit,
  options: Partial<Omit<BarsPanel, 'kind' | 'title' | 'expression' | 'legend' | 'unit'>> = {},
): BarsPanel {
  return { kind: 'bars', title, ...series, unit, width: 4, ...options };
}

export function alertList(title: string, labels: Readonly<Record<string, string>> = {}): AlertsPanel {
  return { kind: 'alerts', title, labels, width: 12 };
}

export function logLines(
  title: string,
  fields: Readonly<Record<string, string>>,
  options: Partial<Pick<LogsPanel, 'severity' | 'text' | 'limit'>> = {},
): LogsPanel {
  return { kind: 'logs', title, fields, limit: 500, width: 12, ...options };
}

export function section(title: string, ...panels: readonly Panel[]): Section {
  return { title, panels };
}

export function closedSection(title: string, ...panels: readonly Panel[]): Section {
  return { title, panels, closed: true };
}

/** A variable with exactly one value: that of the label of the same name. */
export function oneOf(name: string, title: string, of: Expression): PageVariable {
  return { kind: 'label', name, title, of, label: name, choose: 'one' };
}

/** A variable that may stay open, which means all values. */
export function anyOf(name: string, title: string, of: Expression): PageVariable {
  return { kind: 'label', name, title, of, label: name, choose: 'any' };
}

export function page(id: string, title: string, place: Omit<Page, 'id' | 'title'>): Page {
  return { id, title, ...place };
}
