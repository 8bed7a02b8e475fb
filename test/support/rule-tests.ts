import type { AlertRule, RecordingRule, RuleGroup } from '../../generator/model/monitoring.ts';
import type { PlanData } from '../../generator/model/plan.ts';
import { selectionsOf } from './promql.ts';
import { rulesOf } from './rules.ts';

/*
 * Tests for `promtool test rules`, from tables: what a series is when all is well and when it is not. Samples come every ten
 * seconds: a while of the first, a while of the second, and the first again.
 */
const STEP_SECONDS = 10;
const MINUTE = 60 / STEP_SECONDS;

export type Labels = Readonly<Record<string, string>>;

/**
 * A value; `rate`: what a counter grows by in a second; `from` and `rate`: a gauge that moves; `clock`: seconds beyond the current
 * time; `none`: no sample.
 */
export type Value =
  | number
  | 'none'
  | { readonly rate: number }
  | { readonly from: number; readonly rate: number }
  | { readonly clock: number };

export type Series = {
  readonly name: string;
  readonly labels: Labels;
  readonly well: Value;
  readonly bad: Value;
};

export type Minutes = { readonly well: number; readonly bad: number; readonly again: number };

export type AlertCase = {
  readonly alert: string;
  readonly series: readonly Series[];
  /** Labels of the alert, without level, severity and category. */
  readonly labels: Labels;
  readonly summary: string;
  readonly minutes?: Partial<Minutes>;
};

const USUAL: Minutes = { well: 10, bad: 10, again: 20 };
const SEVERITY = ['CRIT', 'WARN', 'INFO'];

export function seriesText({ name, labels }: Pick<Series, 'name' | 'labels'>): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return `${name}{${pairs.join(',')}}`;
}

/** The samples of a series in promtool's notation: `1x60 0x90 1x120`. */
function samples({ well, bad }: Series, minutes: Minutes): string {
  let at = 0;
  let counter = 0;
  const stretch = (value: Value, length: number): string => {
    const count = length * MINUTE;
    const start = at;
    at += count * STEP_SECONDS;
    if (value === 'none') return `_x${count}`;
    if (typeof value === 'number') return `${value}x${count - 1}`;
    if ('clock' in value) return `${start + value.clock}+${STEP_SECONDS}x${count - 1}`;
    const slope = value.rate * STEP_SECONDS;
    if ('from' in value) return line(value.from, slope, count);
    const first = counter;
    counter += slope * count;
    return line(first, slope, count);
  };
  const course: readonly (readonly [Value, number])[] = [
    [well, minutes.well],
    [bad, minutes.bad],
    [well, minutes.again],
  ];
  return course.flatMap(([value, length]) => (length > 0 ? [stretch(value, length)] : [])).join(' ');
}

function line(first: number, slope: number, count: number): string {
  return `${first}${slope < 0 ? '-' : '+'}${Math.abs(slope)}x${count - 1}`;
}

/** One value for a while. */
export function samplesText(value: Value, length: number): string {
  const series = { name: '', labels: {}, well: value, bad: value };
  return samples(series, { well: length, bad: 0, again: 0 });
}

/** The rules that one needs, in an order in which each is computed before it is read; itself last. */
export function closure(name: string, groups: readonly RuleGroup[]): readonly (RecordingRule | AlertRule)[] {
  const byName = new Map(rulesOf(groups).map((rule) => ['record' in rule ? rule.record : rule.alert, rule]));
  const found = new Set<RecordingRule | AlertRule>();
  const add = (one: string) => {
    const rule = byName.get(one);
    if (!rule || found.has(rule)) return;
    for (const { metric } of selectionsOf(rule.expr)) add(metric);
    found.add(rule);
  };
  add(name);
  return [...found];
}

/** One test: the alert is silent, fires, and ends. `rule` is the alert, `page` the address of its page. */
export function alertTest(one: AlertCase, rule: AlertRule, page: string): PlanData {
  const minutes = minutesOf(one, rule);
  const expected = {
    exp_labels: {
      ...one.labels,
      level: String(rule.level),
      severity: SEVERITY[rule.level] ?? '',
      category: rule.category,
    },
    exp_annotations: { summary: one.summary, page },
  };
  const check = (after: number, exp_alerts: PlanData) => {
    return { alertname: one.alert, eval_time: `${after * 60 - STEP_SECONDS}s`, exp_alerts };
  };
  const { well, bad, again } = minutes;
  return {
    name: one.alert,
    interval: `${STEP_SECONDS}s`,
    input_series: inputs(one.series, minutes),
    alert_rule_test: [check(well, []), check(well + bad, [expected]), check(well + bad + again, [])],
  };
}

function minutesOf({ minutes }: AlertCase, rule: AlertRule): Minutes {
  const bad = USUAL.bad + Math.ceil(secondsOf(rule.for ?? '0s') / 60);
  return { ...USUAL, bad, ...minutes };
}

/** `1m`, `15s`, `1h`. */
function secondsOf(duration: string): number {
  const factor = { s: 1, m: 60, h: 3600 }[duration.slice(-1)] ?? Number.NaN;
  return Number.parseInt(duration, 10) * factor;
}

function inputs(series: readonly Series[], minutes: Minutes): PlanData {
  return series.map((one) => ({ series: seriesText(one), values: samples(one, minutes) }));
}

/** One test of a site where all is well: no alert but `always`. Of series with one name and labels, the first counts. */
export function quietTest(
  cases: readonly AlertCase[],
  alerts: readonly AlertRule[],
  always: { readonly [alert: string]: PlanData },
): PlanData {
  const series = new Map(cases.flatMap((one) => one.series).map((one) => [seriesText(one), one]));
  const minutes = { well: 30, bad: 1, again: 1 };
  const well = [...series.values()].map((one) => ({ ...one, bad: one.well }));
  return {
    name: 'all is well',
    interval: `${STEP_SECONDS}s`,
    input_series: inputs(well, minutes),
    alert_rule_test: alerts.map(({ alert }) => ({
      alertname: alert,
      eval_time: '30m',
      exp_alerts: always[alert] ?? [],
    })),
  };
}
