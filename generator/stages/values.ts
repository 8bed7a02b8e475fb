import { maskKey } from '../diagnostics/mask.ts';
import { rule } from '../diagnostics/rule.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Value, Variable } from '../model/inventory.ts';
import { LruMap } from '../model/lru-map.ts';
import type { Parameter } from '../model/parameter.ts';
import { parseKnown, type UnknownKey } from './unknown-keys.ts';
import { checkUnquoted, insideOf, misreadText } from './unquoted.ts';

type UnknownWords = { readonly name: string; readonly inside: string; readonly key: string };

function unknownText({ name, inside, key }: UnknownWords): string {
  return `\`${name}\`${inside}: unknown key \`${maskKey(key).replace(/:.*/s, ' …')}\``;
}

const rules = {
  unknownKey: rule<UnknownWords>('parameter/unknown-key', {
    severity: 'warning',
    message: (words) => `${unknownText(words)} is ignored`,
    label: () => 'no key has this name',
    help: ({ key }) => (key.includes(':') ? 'write a space after the colon' : undefined),
    isKeyUnknown: true,
  }),
  // Without it, a user would have no password, or a rule would be for all users.
  misspeltKey: rule<UnknownWords & { suggestion: string | undefined }>('parameter/misspelt-key', {
    severity: 'error',
    message: unknownText,
    label: () => 'no key has this name',
    help: ({ key, suggestion }) =>
      key.includes(':') ? 'write a space after the colon' : `did you mean \`${suggestion}\`?`,
    isKeyUnknown: true,
  }),
  wrongType: rule<{ name: string; inside: string; problem: string; help?: string }>('parameter/wrong-type', {
    severity: 'error',
    message: ({ name, inside, problem }) => `\`${name}\`${inside}: ${problem}`,
    label: () => 'set here',
    help: ({ help }) => help,
  }),
};

/**
 * The value in the form of the schema, without keys that the schema does not have; the value as written if the schema
 * rejects it.
 */
export function checkValue(row: Parameter, variable: Variable, diagnostics: Diagnostic[]): Value {
  const value = acceptValue(row, variable, diagnostics);
  if (value !== undefined) diagnostics.push(...checkUnquoted(variable, row, value));
  return value ?? variable.value;
}

/** Undefined, and one diagnostic per issue, if the schema rejects the value. */
function acceptValue(row: Parameter, variable: Variable, diagnostics: Diagnostic[]): Value | undefined {
  const accepted = acceptedValues.get(row) ?? new LruMap<Value, Value>(1000);
  acceptedValues.set(row, accepted);
  const known = accepted.get(variable.value);
  if (known !== undefined) return known;
  const { parsed, unknown } = parseKnown(row.schema, variable.value);
  for (const one of unknown) diagnostics.push(unknownKey(row, variable, one));
  if (parsed.success) {
    const value = parsed.data as Value;
    if (typeof variable.value !== 'object') accepted.set(variable.value, value);
    return value;
  }
  for (const issue of parsed.error.issues) {
    const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
    const misread = misreadText(variable, row, path);
    const words = misread
      ? { problem: `expected text, but YAML reads this as ${misread}`, help: 'write it in quotes' }
      : { problem: issue.message };
    diagnostics.push(
      rules.wrongType.at(variable.locate(path), { name: row.name, inside: insideOf(path), ...words }),
    );
  }
  return undefined;
}

/** The variable as written, without keys that the schema does not have. */
export function withoutUnknownKeys(row: Parameter, variable: Variable, diagnostics: Diagnostic[]): Variable {
  const { value, unknown } = parseKnown(row.schema, variable.value);
  for (const one of unknown) diagnostics.push(unknownKey(row, variable, one));
  return { ...variable, value };
}

function unknownKey(row: Parameter, { locate }: Variable, { path, key, suggestion }: UnknownKey): Diagnostic {
  const words = { name: row.name, inside: insideOf(path), key };
  const place = locate([...path, key], 'key');
  const isHarmless = suggestion === undefined && !row.isExact;
  return isHarmless || row.laterKeys?.includes(key)
    ? rules.unknownKey.at(place, words)
    : rules.misspeltKey.at(place, { ...words, suggestion });
}

/** A cache of plain values, such as numbers and names, in the form of the schema: many hosts have the same. */
const acceptedValues = new WeakMap<Parameter, LruMap<Value, Value>>();
