/*
 * Pages that show metrics. A page is data: the console (generator/console) reads it as JSON, and a writer for Grafana can
 * have everything it needs from it. `generator/model/panels.ts` has the functions that pages are written with.
 */

/**
 * PromQL with variables of the page: `$cls` stands in a quoted string, as in `pg_up{cls="$cls"}`; `${ins:regex}` stands in
 * the quoted string of a regular expression, as in `pg_up{ins=~"${ins:regex}"}`. A variable without a value is `.*` there.
 */
export type Expression = string;

/** How a number is printed. Values are in base units: seconds, bytes, ratios from 0 to 1. */
export type Unit =
  | 'none'
  | 'ratio'
  | 'bytes'
  | 'bytesPerSecond'
  | 'seconds'
  | 'perSecond'
  /** Seconds since 1970, shown as date and time. */
  | 'timestamp';

/** What a value means: nothing special, good, to be watched, wrong. */
export type Level = 'plain' | 'good' | 'warn' | 'bad';

/** Values from `from` on have the level; below the first step they have none. Ascending. */
export type Step = { readonly from: number; readonly level: Level };

/** The text of certain values, as `1` is `up`. */
export type ValueText = { readonly value: number; readonly text: string; readonly level: Level };

/** Another page: its variables, and the labels of the clicked series that give their values. */
export type PageLink = { readonly page: string; readonly variables: Readonly<Record<string, string>> };

/** How a number looks: unit, words for certain values, colours. */
export type ValueStyle = {
  readonly unit: Unit;
  readonly texts?: readonly ValueText[];
  readonly steps?: readonly Step[];
};

type PanelFrame = {
  readonly title: string;
  /** What it shows and how to read it, in a sentence; for what the title does not say. */
  readonly help?: string;
  /** Columns of twelve. */
  readonly width: number;
};

/** One number, or one per series if `legend` names them. `trend` draws its course behind it. */
export type StatPanel = PanelFrame &
  ValueStyle & {
    readonly kind: 'stat';
    readonly expression: Expression;
    /** The label whose value is shown instead of the number. */
    readonly label?: string;
    readonly trend?: boolean;
    readonly link?: PageLink;
  };

/** `legend` names series by their labels, as `{{ins}} {{datname}}`. */
export type Series = { readonly expression: Expression; readonly legend: string };

export type TimeSeriesPanel = PanelFrame & {
  readonly kind: 'timeseries';
  readonly series: readonly Series[];
  readonly unit: Unit;
  readonly stacked?: boolean;
  /** The highest value of the scale, where it is known: 1 for shares. */
  readonly max?: number;
  readonly link?: PageLink;
};

/**
 * Rows are joined by the labels `key`: each column with an expression adds the value of the series that has the row's
 * labels. Rows are those of all columns, or of `rows` alone.
 */
export type TablePanel = PanelFrame & {
  readonly kind: 'table';
  readonly key: readonly string[];
  /** If given, its series are the rows, and its labels are what columns with `label` show. */
  readonly rows?: Expression;
  readonly columns: readonly Column[];
  /** Title of the column that orders the rows at first; `-` before it: the largest first. */
  readonly sort?: string;
};

export type Column = LabelColumn | ValueColumn;

/** The value of a label; `of` is the expression whose series have it, where the rows do not. */
export type LabelColumn = {
  readonly title: string;
  readonly label: string;
  readonly of?: Expression;
  readonly link?: PageLink;
};

/** `bar` draws the value as a part of this number behind it. */
export type ValueColumn = ValueStyle & {
  readonly title: string;
  readonly expression: Expression;
  readonly bar?: number;
  readonly link?: PageLink;
};

/** A line per series, whose colours are the states that it was in. */
export type StatesPanel = PanelFrame &
  Series & { readonly kind: 'states'; readonly texts: readonly ValueText[]; readonly link?: PageLink };

/** A bar per series, the largest first; `max` is the length of the longest bar, otherwise the largest value. */
export type BarsPanel = PanelFrame &
  ValueStyle &
  Series & {
    readonly kind: 'bars';
    readonly max?: number;
    readonly limit?: number;
    readonly link?: PageLink;
  };

/** Alerts of Alertmanager whose labels have these values; values may be variables, as `$cls`. */
export type AlertsPanel = PanelFrame & {
  readonly kind: 'alerts';
  readonly labels: Readonly<Record<string, string>>;
};

/**
 * Lines of the journal, newest first: those whose journal fields have the values of `fields`, of the severity or a worse
 * one, with the text. All may be variables; those without a value do not select.
 */
export type LogsPanel = PanelFrame & {
  readonly kind: 'logs';
  readonly fields: Readonly<Record<string, string>>;
  /** The number of the journal's priority: 3 is an error, 6 information. */
  readonly severity?: string;
  readonly text?: string;
  readonly limit: number;
};

export type Panel =
  | StatPanel
  | TimeSeriesPanel
  | TablePanel
  | StatesPanel
  | BarsPanel
  | AlertsPanel
  | LogsPanel;

/** Panels under a heading; a closed one loads nothing until it is opened. */
export type Section = { readonly title: string; readonly closed?: true; readonly panels: readonly Panel[] };

/** A choice of the page, kept in its address. */
export type PageVariable = { readonly name: string; readonly title: string } & (
  | LabelVariable
  | ListVariable
  | TextVariable
);

/**
 * Its values are those of `label` of the series `of`, a selector that may use the variables before it. `one`: there is
 * always a value; `any`: without a value all are meant.
 */
type LabelVariable = {
  readonly kind: 'label';
  readonly of: Expression;
  readonly label: string;
  readonly choose: 'one' | 'any';
};

/** One of these, or none. */
type ListVariable = {
  readonly kind: 'list';
  readonly values: readonly { readonly value: string; readonly text: string }[];
};

type TextVariable = { readonly kind: 'text' };

/** A page. `group` and `order` are its place in the navigation; `about` says what it answers. */
export type Page = {
  readonly id: string;
  readonly title: string;
  readonly group: string;
  readonly order: number;
  readonly about: string;
  readonly variables: readonly PageVariable[];
  readonly sections: readonly Section[];
};

/** The file that the console reads. Prefixes are paths of the portal, without a slash at the end. */
export type ConsoleSettings = {
  readonly site: string;
  readonly prometheus: string;
  readonly alertmanager: string;
  readonly journal: string;
  /** Pages that say what to do about an alert, `<runbooks>/<alert>`, where the alert has no annotation `page`. */
  readonly runbooks: string;
  /** The page with links to everything else. */
  readonly portal: string;
  readonly pages: readonly Page[];
};
