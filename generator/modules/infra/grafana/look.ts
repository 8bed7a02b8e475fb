import type { Level, Step, Unit, ValueStyle, ValueText } from '../../../model/dashboard.ts';
import type { FieldConfig, Mapping, Threshold } from './schema.ts';

/** Names of Grafana's colours, which follow its theme. */
const COLORS: Readonly<Record<Level, string>> = { plain: 'text', good: 'green', warn: 'orange', bad: 'red' };

/** Names of Grafana's units (its "Standard options"). */
const UNITS: Readonly<Record<Unit, string>> = {
  none: 'short',
  ratio: 'percentunit',
  bytes: 'bytes',
  bytesPerSecond: 'binBps',
  seconds: 's',
  perSecond: 'ops',
  timestamp: 'dateTimeAsIso',
};

/** How numbers look: unit, words and colours. */
export function lookOf({ unit, texts, steps }: ValueStyle): FieldConfig {
  return {
    unit: UNITS[unit],
    ...(texts && { mappings: [mappingOf(texts)] }),
    thresholds: { mode: 'absolute', steps: thresholdsOf(steps ?? []) },
    color: { mode: 'thresholds' },
  };
}

/** Lines of a chart have colours of their own. */
export function lineLookOf(unit: Unit, max: number | undefined): FieldConfig {
  const range = max === undefined ? {} : { min: 0, max };
  return { unit: UNITS[unit], ...range, color: { mode: 'palette-classic' } };
}

/** Whether colours mean something. */
export function isColored({ texts, steps }: Pick<ValueStyle, 'texts' | 'steps'>): boolean {
  return steps !== undefined || (texts ?? []).some(({ level }) => level !== 'plain');
}

export function mappingOf(texts: readonly ValueText[]): Mapping {
  const options = texts.map(({ value, text, level }, index) => [
    String(value),
    { text, color: COLORS[level], index },
  ]);
  return { type: 'value', options: Object.fromEntries(options) };
}

/** The first threshold has no value: it is what is below all others. */
function thresholdsOf(steps: readonly Step[]): Threshold[] {
  const isBase = ({ from }: Step) => from <= Number.MIN_SAFE_INTEGER;
  const base = steps.find(isBase)?.level ?? 'plain';
  const above = steps.filter((step) => !isBase(step));
  return [
    { value: null, color: COLORS[base] },
    ...above.map(({ from, level }) => ({ value: from, color: COLORS[level] })),
  ];
}

/** A time in seconds as Grafana wants it: in milliseconds. */
export function scaled(expression: string, unit: Unit): string {
  return unit === 'timestamp' ? `1000 * (${expression})` : expression;
}
