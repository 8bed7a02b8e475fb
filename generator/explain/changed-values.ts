import type { Value } from '../model/inventory.ts';
import type { Path } from '../model/origin.ts';
import type { Parameter } from '../model/parameter.ts';

/** A leaf of a value, and values that differ in this leaf only; `explain` uses the first that changes the plan. */
export type ChangedValues = { readonly path: Path; readonly values: Iterable<Value> };

/** For each leaf of a parameter's value: changed values that its schema accepts. Each number, and each word that the schema lists, is tried separately. */
export function changedValues({ schema }: Parameter, value: Value): ChangedValues[] {
  return leafPaths(value).flatMap(({ path, leaf }) => {
    const accepted = function* (candidates: readonly Value[]) {
      for (const candidate of candidates) {
        if (candidate === leaf) continue;
        const parsed = schema.safeParse(replaceAt(value, path, candidate));
        if (parsed.success) yield parsed.data as Value;
      }
    };
    // A word or a number can have a special meaning, most often 0.
    const special = typeof leaf === 'number' ? numbersBeside(leaf) : namedBySchema(schema, value, path);
    const number = isWordOrNumber(schema, value, path) ? [[SOME_NUMBER]] : [];
    return [...special.map((one) => [one]), similar(leaf), ...number].map((candidates) => ({
      path,
      values: accepted(candidates),
    }));
  });
}

const SOME_NUMBER = 321;

/** Whether a word stands in the place of a number: `auto`. */
function isWordOrNumber(schema: Parameter['schema'], value: Value, path: Path): boolean {
  const accepts = (leaf: Value) => schema.safeParse(replaceAt(value, path, leaf)).success;
  return typeof valueAt(value, path) === 'string' && accepts(SOME_NUMBER) && !accepts('\0') && !accepts('x');
}

/** The plain values inside a value; of an empty list or dictionary, itself. */
function leafPaths(value: Value, path: Path = []): { readonly path: Path; readonly leaf: Value }[] {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) {
    return [{ path, leaf: value }];
  }
  return Object.entries(value).flatMap(([key, item]) =>
    leafPaths(item as Value, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

/** The value at a path, or the last plain value on the way to it. */
export function valueAt(value: Value, [step, ...rest]: Path): Value {
  if (step === undefined || typeof value !== 'object' || value === null) return value;
  return valueAt((value as { readonly [key: string]: Value })[step] ?? null, rest);
}

function replaceAt(value: Value, path: Path, leaf: Value): Value {
  const [step, ...rest] = path;
  if (step === undefined || typeof value !== 'object' || value === null) return leaf;
  if (Array.isArray(value)) {
    return value.map((item: Value, index) => (index === step ? replaceAt(item, rest, leaf) : item));
  }
  const inner = (value as { readonly [key: string]: Value })[step] ?? null;
  return { ...value, [step]: replaceAt(inner, rest, leaf) };
}

function numbersBeside(number: number): number[] {
  return [number + 1, number * 2 + 20, Math.floor(number / 2), number / 2, 0];
}

/** Values of the same type as `leaf`; the schema of the parameter decides which are valid. */
function similar(leaf: Value): Value[] {
  if (typeof leaf === 'boolean') return [!leaf];
  if (typeof leaf === 'number') return [];
  if (typeof leaf === 'string') {
    const count = (digits: string) => String(Number(digits) + 1);
    return [`${leaf}x`, leaf.replace(/\d+/, count), leaf.replace(/\d+(?=\D*$)/, count), `x${leaf}`, ''];
  }
  if (Array.isArray(leaf)) return [['x'], [{ name: 'x' }]];
  return leaf === null ? ['x', 1] : [{ x: 'x' }];
}

type Issue = {
  readonly code?: string;
  readonly values?: readonly unknown[];
  readonly errors?: readonly (readonly Issue[])[];
};

/** The words that a schema lists: its error names them when it rejects another word. */
function namedBySchema(schema: Parameter['schema'], value: Value, path: Path): Value[] {
  const rejected = schema.safeParse(replaceAt(value, path, '\0'));
  const named = (issues: readonly Issue[]): unknown[] =>
    issues.flatMap(({ values, errors }) => [...(values ?? []), ...(errors ?? []).flatMap(named)]);
  const words = rejected.success ? [] : named(rejected.error.issues as readonly Issue[]);
  return words.filter((word) => typeof word === 'string');
}
