import { isListed, textProblem } from './setting-texts.ts';
import { SETTINGS_17 } from './settings-17.ts';
import { SETTINGS_18 } from './settings-18.ts';

/** A parameter of PostgreSQL: what it takes, and when a change of it takes effect (PostgreSQL manual, pg_settings). */
export type Setting = {
  readonly name: string;
  readonly context: string;
} & (
  | { readonly type: 'bool' | 'string' }
  | { readonly type: 'enum'; readonly values: readonly string[] }
  | {
      readonly type: 'integer' | 'real';
      readonly least: number;
      readonly most: number;
      /** As `8kB` or `ms`; empty for a plain number. */
      readonly unit: string;
    }
);

const TABLES: Readonly<Record<number, string>> = { 17: SETTINGS_17, 18: SETTINGS_18 };
const parsed = new Map<number, ReadonlyMap<string, Setting>>();

/** The parameters of a major version by name, in lower case; undefined where this product has no table of them. */
export function settingsOf(major: number): ReadonlyMap<string, Setting> | undefined {
  const text = TABLES[major];
  if (text === undefined) return undefined;
  const known = parsed.get(major) ?? new Map(text.trim().split('\n').map(readRow));
  parsed.set(major, known);
  return known;
}

/** Names of parameters that cannot have a secret in them: numbers, switches, and texts of a list of words. */
export function plainSettings(): string[] {
  const plain = Object.keys(TABLES).flatMap((major) =>
    [...(settingsOf(Number(major))?.values() ?? [])].filter(
      ({ type, name }) => type !== 'string' || isListed(name),
    ),
  );
  return plain.flatMap(({ name }) => [name, name.toLowerCase()]);
}

function readRow(row: string): [string, Setting] {
  const [name = '', context = '', type = '', ...rest] = row.split(' ');
  const common = { name, context };
  if (type === 'enum') {
    const values = (rest[0] ?? '').split(',');
    // Names in the table have no spaces.
    const isIsolation = name.endsWith('transaction_isolation');
    const written = isIsolation ? values.map((value) => value.replaceAll('_', ' ')) : values;
    return [name.toLowerCase(), { ...common, type, values: written }];
  }
  if (type === 'integer' || type === 'real') {
    const [least, most, unit = ''] = rest;
    return [name.toLowerCase(), { ...common, type, least: Number(least), most: Number(most), unit }];
  }
  return [name.toLowerCase(), { ...common, type: type === 'bool' ? 'bool' : 'string' }];
}

/** Bytes and milliseconds of PostgreSQL's units (its manual, 20.1.1). */
const BYTES: Readonly<Record<string, number>> = { B: 1, kB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30, TB: 2 ** 40 };
const MILLISECONDS: Readonly<Record<string, number>> = {
  ...{ us: 0.001, ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 },
};

/** What is wrong with a value, to follow `must be`; undefined if nothing is. PostgreSQL compares words without case. */
export function settingProblem(setting: Setting, value: string): string | undefined {
  const text = value.trim();
  switch (setting.type) {
    case 'string':
      return textProblem(setting.name, value);
    case 'bool':
      return isBoolean(text) ? undefined : 'on or off';
    case 'enum':
      return isOneOf(setting.values, text.toLowerCase()) ? undefined : `one of ${setting.values.join(', ')}`;
    default:
      return numberProblem(setting, text);
  }
}

/** Where `on` and `off` are values, other words for them are too. */
function isOneOf(values: readonly string[], text: string): boolean {
  return (
    values.some((value) => value.toLowerCase() === text) ||
    (values.includes('on') && /^(?:true|false|yes|no|[01])$/.test(text))
  );
}

/** Whether a value means `off`. */
export function isOff(value: string): boolean {
  return /^(?:off?|f(?:a(?:l(?:se?)?)?)?|no?|0)$/i.test(value.trim());
}

/** Unambiguous prefixes are values too. */
function isBoolean(text: string): boolean {
  return /^(?:on|off?|t(?:r(?:ue?)?)?|f(?:a(?:l(?:se?)?)?)?|y(?:es?)?|no?|[01])$/i.test(text);
}

type NumberSetting = Extract<Setting, { type: 'integer' | 'real' }>;

function numberProblem({ unit, least, most, type }: NumberSetting, text: string): string | undefined {
  const [, digits, suffix = ''] = /^(-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*([A-Za-z]*)$/i.exec(text) ?? [];
  const factor = suffix === '' ? 1 : factorOf(suffix, unit);
  const range = `${type === 'integer' ? 'a whole number' : 'a number'} from ${least} to ${most}${unit === '' ? '' : ` (unit: ${unit})`}`;
  if (digits === undefined || factor === undefined) return range;
  const exact = (/^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits)) * factor;
  const number = type === 'integer' ? Math.round(exact) : exact;
  return number < least || number > most ? range : undefined;
}

/** How many of the parameter's units are in one of the value's. */
function factorOf(suffix: string, unit: string): number | undefined {
  const [, count = '', base = ''] = /^(\d*)(\w+)$/.exec(unit) ?? [];
  const scale = base in BYTES ? BYTES : MILLISECONDS;
  const [one, other] = [scale[suffix], scale[base]];
  return one === undefined || other === undefined ? undefined : one / (other * Number(count || 1));
}
