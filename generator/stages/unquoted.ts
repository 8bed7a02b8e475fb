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
};

/** Numbers in a value that are text for the schema, and that differ from the text in the file. `accepted` is by the schema. */
export function checkUnquoted(
  { name, value, written, locate }: Variable,
  row: Parameter | undefined,
  accepted: Value,
): Diagnostic[] {
  // Most values are text, which YAML leaves as it is.
  if (typeof value === 'string' || typeof value === 'boolean') return [];
  return [...numbersAsText(value, accepted, row)].flatMap(({ path, printed }) => {
    const text = written(path);
    if (text === undefined || text === printed) return [];
    return [rules.changed.at(locate(path), { name, inside: insideOf(path) })];
  });
}

/** ` at \`0.password\``, for a message; empty for the whole value. */
export function insideOf(path: Path): string {
  return path.length > 0 ? ` at \`${path.map((step) => maskKey(String(step))).join('.')}\`` : '';
}

type NumberAsText = { readonly path: Path; readonly printed: string };

function* numbersAsText(
  value: Value,
  accepted: Value | undefined,
  row: Parameter | undefined,
  path: Path = [],
): Generator<NumberAsText> {
  if (typeof value === 'number') {
    if (accepted === undefined) return;
    if (typeof accepted !== 'number' || isText(row, path)) yield { path, printed: String(value) };
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      if (typeof item !== 'number' && typeof item !== 'object') continue;
      const step = Array.isArray(value) ? Number(key) : key;
      yield* numbersAsText(item, itemOf(accepted, key), row, [...path, step]);
    }
  }
}

function itemOf(value: Value | undefined, key: string): Value | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, Value>)[key] : undefined;
}

/** Text also where the schema keeps the number: secrets, and variables of the user, which other texts refer to. */
function isText(row: Parameter | undefined, path: Path): boolean {
  return row === undefined || row.secret === true || (row.secretKeys ?? []).includes(String(path.at(-1)));
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
