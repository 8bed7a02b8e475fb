import { maskKey } from '../diagnostics/mask.ts';
import { rule } from '../diagnostics/rule.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Value, Variable } from '../model/inventory.ts';
import type { Path } from '../model/origin.ts';
import type { Parameter } from '../model/parameter.ts';

/*
 * Texts without quotes that YAML reads as a number, true or false: 0123 is an octal number, 1.50 is 1.5. The messages do
 * not repeat the text, because it may be a password; the code frame masks those.
 */
const rules = {
  changed: rule<{ name: string; inside: string }>('parameter/number-as-text', {
    severity: 'warning',
    message: ({ name, inside }) => `\`${name}\`${inside}: YAML reads this text as a number, and changes it`,
    label: () => 'without quotes',
    help: () =>
      'write it in quotes; without them, `0123` is 83 (octal), `0x1F` 31, `1_000` 1000, `1:30` 90 and `1.50` 1.5',
  }),
  otherBase: rule<{ name: string; inside: string; value: string }>('parameter/number-of-other-base', {
    severity: 'warning',
    message: ({ name, inside, value }) => `\`${name}\`${inside}: YAML reads this number as ${value}`,
    label: () => 'not decimal',
    help: () => 'write the number without a zero in front and without `:`; `010` is 8 (octal), `1:30` is 90',
  }),
};

/** `05432` is octal in YAML, `1:30` has base 60. Hexadecimal and `_` are written on purpose. */
const OTHER_BASE = /^[-+]?(?:0[0-7_]+|[\d_]+(?::[0-5]?\d)+)$/;

/** Numbers in a value that differ from the text in the file: text for the schema, or written in another base. `accepted` is by the schema. */
export function checkUnquoted(
  { name, value, written, locate }: Variable,
  row: Parameter | undefined,
  accepted: Value,
): Diagnostic[] {
  // Most values are text, which YAML leaves as it is.
  if (typeof value === 'string' || typeof value === 'boolean') return [];
  return [...numbersIn(value, accepted, row)].flatMap(({ path, printed, isText }) => {
    const text = written(path);
    if (text === undefined || text === printed) return [];
    if (isText) return [rules.changed.at(locate(path), { name, inside: insideOf(path) })];
    if (!OTHER_BASE.test(text)) return [];
    return [rules.otherBase.at(locate(path), { name, inside: insideOf(path), value: printed })];
  });
}

/** ` at \`0.password\``, for a message; empty for the whole value. */
export function insideOf(path: Path): string {
  return path.length > 0 ? ` at \`${path.map((step) => maskKey(String(step))).join('.')}\`` : '';
}

type FoundNumber = { readonly path: Path; readonly printed: string; readonly isText: boolean };

function* numbersIn(
  value: Value,
  accepted: Value | undefined,
  row: Parameter | undefined,
  path: Path = [],
): Generator<FoundNumber> {
  if (typeof value === 'number') {
    if (accepted === undefined) return;
    yield { path, printed: String(value), isText: typeof accepted !== 'number' || isTextFor(row, path) };
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      if (typeof item !== 'number' && typeof item !== 'object') continue;
      const step = Array.isArray(value) ? Number(key) : key;
      yield* numbersIn(item, itemOf(accepted, key), row, [...path, step]);
    }
  }
}

function itemOf(value: Value | undefined, key: string): Value | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, Value>)[key] : undefined;
}

/** Text also where the schema keeps the number: secrets, and variables of the user, which other texts refer to. */
function isTextFor(row: Parameter | undefined, path: Path): boolean {
  return (
    row === undefined ||
    row.secret === true ||
    row.secretValues === true ||
    (row.secretKeys ?? []).includes(String(path.at(-1)))
  );
}

/** What YAML reads instead of text, if the schema accepts the scalar at `path` in quotes. */
export function misreadText({ value, written }: Variable, row: Parameter, path: Path): string | undefined {
  const text = written(path);
  const scalar = valueAt(value, path);
  if (text === undefined || (typeof scalar !== 'number' && typeof scalar !== 'boolean')) return undefined;
  const { error } = row.schema.safeParse(withValueAt(value, path, text));
  const at = path.join('\0');
  if (error?.issues.some((issue) => issue.path.join('\0') === at)) return undefined;
  return typeof scalar === 'number' ? 'a number' : 'true or false';
}

function valueAt(value: Value, path: Path): Value | undefined {
  return path.reduce<Value | undefined>((inside, step) => itemOf(inside, String(step)), value);
}

function withValueAt(value: Value, [step, ...rest]: Path, text: string): Value {
  if (step === undefined || typeof value !== 'object' || value === null) return text;
  const item = withValueAt(itemOf(value, String(step)) ?? null, rest, text);
  if (Array.isArray(value)) return value.map((one: Value, index) => (index === Number(step) ? item : one));
  return { ...value, [step]: item };
}
