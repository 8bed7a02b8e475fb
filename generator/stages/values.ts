import { maskKey } from '../diagnostics/mask.ts';
import { rule } from '../diagnostics/rule.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Value, Variable } from '../model/inventory.ts';
import { LruMap } from '../model/lru-map.ts';
import type { Path } from '../model/origin.ts';
import type { Parameter } from '../model/parameter.ts';
import { parseKnown, type UnknownKey } from './unknown-keys.ts';

const rules = {
  unknownKey: rule<{ name: string; inside: string; key: string; suggestion: string | undefined }>(
    'parameter/unknown-key',
    {
      severity: 'warning',
      message: ({ name, inside, key }) =>
        `\`${name}\`${inside}: unknown key \`${maskKey(key).replace(/:.*/s, ' …')}\` is ignored`,
      label: () => 'no key has this name',
      help: ({ key, suggestion }) => {
        if (suggestion) return `did you mean \`${suggestion}\`?`;
        return key.includes(':') ? 'write a space after the colon' : undefined;
      },
      isKeyUnknown: true,
    },
  ),
  wrongType: rule<{ name: string; inside: string; problem: string }>('parameter/wrong-type', {
    severity: 'error',
    message: ({ name, inside, problem }) => `\`${name}\`${inside}: ${problem}`,
    label: () => 'set here',
  }),
};

/**
 * The value in the form of the schema, without keys that the schema does not have. If it rejects the value, one diagnostic
 * per issue and the value as written.
 */
export function checkValue(row: Parameter, variable: Variable, diagnostics: Diagnostic[]): Value {
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
    const words = { name: row.name, inside: insideOf(path), problem: issue.message };
    diagnostics.push(rules.wrongType.at(variable.locate(path), words));
  }
  return variable.value;
}

/** The variable as written, without keys that the schema does not have. */
export function withoutUnknownKeys(row: Parameter, variable: Variable, diagnostics: Diagnostic[]): Variable {
  const { value, unknown } = parseKnown(row.schema, variable.value);
  for (const one of unknown) diagnostics.push(unknownKey(row, variable, one));
  return { ...variable, value };
}

function unknownKey(row: Parameter, { locate }: Variable, { path, key, suggestion }: UnknownKey): Diagnostic {
  const words = { name: row.name, inside: insideOf(path), key, suggestion };
  return rules.unknownKey.at(locate([...path, key], 'key'), words);
}

function insideOf(path: Path): string {
  return path.length > 0 ? ` at \`${path.map((step) => maskKey(String(step))).join('.')}\`` : '';
}

/** A cache of plain values, such as numbers and names, in the form of the schema: many hosts have the same. */
const acceptedValues = new WeakMap<Parameter, LruMap<Value, Value>>();
