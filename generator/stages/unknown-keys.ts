import type { z } from 'zod';
import type { Value } from '../model/inventory.ts';
import type { Path } from '../model/origin.ts';
import { nearestName } from '../text/nearest.ts';

/** A key of a value that its schema does not have, and the most similar key that it has. */
export type UnknownKey = {
  readonly path: Path;
  readonly key: string;
  readonly suggestion: string | undefined;
};

export type Known = {
  readonly parsed: ReturnType<z.ZodType['safeParse']>;
  /** The value as written, without the unknown keys. */
  readonly value: Value;
  readonly unknown: readonly UnknownKey[];
};

type Issue = z.core.$ZodIssue;

/** The result of the schema without the keys that it does not know, and these keys. */
export function parseKnown(schema: z.ZodType, value: Value): Known {
  const parsed = schema.safeParse(value);
  const found = parsed.success ? [] : parsed.error.issues.flatMap((issue) => unknownKeys(issue, []));
  if (found.length === 0) return { parsed, value, unknown: [] };
  const rest = parseKnown(
    schema,
    found.reduce((left, { path, key }) => withoutKey(left, [...path, key]), value),
  );
  const suggested = found.map(({ path, key }) => ({
    path,
    key,
    // A key with its value glued to it: `password:word`.
    suggestion: nearestName(key.replace(/:.*/s, ''), keysAt(schema, path)),
  }));
  return { ...rest, unknown: [...suggested, ...rest.unknown] };
}

/** Of a union, the first alternative that is an object with unknown keys. */
function unknownKeys(issue: Issue, parent: Path): Omit<UnknownKey, 'suggestion'>[] {
  const path = [...parent, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ path, key }));
  if (issue.code !== 'invalid_union') return [];
  const alternatives = issue.errors.map((issues) => issues.flatMap((inner) => unknownKeys(inner, path)));
  return alternatives.find((keys) => keys.length > 0) ?? [];
}

function withoutKey(value: Value, [step, ...rest]: Path): Value {
  if (typeof value !== 'object' || value === null || step === undefined) return value;
  const change = (item: Value) => withoutKey(item, rest);
  if (Array.isArray(value)) return value.map((item: Value, index) => (index === step ? change(item) : item));
  const entries = Object.entries(value);
  const kept = rest.length === 0 ? entries.filter(([key]) => key !== step) : entries;
  return Object.fromEntries(kept.map(([key, item]) => [key, key === String(step) ? change(item) : item]));
}

/** The keys of the objects at a path of a schema. */
function keysAt(schema: z.core.$ZodType, [step, ...rest]: Path): string[] {
  return step === undefined ? objectKeys(schema) : inside(schema, step).flatMap((one) => keysAt(one, rest));
}

function objectKeys(schema: z.core.$ZodType): string[] {
  const { def } = typed(schema)._zod;
  return def.type === 'object' ? Object.keys(def.shape) : wrapped(schema).flatMap(objectKeys);
}

/** The schemas of an item or a key. */
function inside(schema: z.core.$ZodType, step: string | number): z.core.$ZodType[] {
  const { def } = typed(schema)._zod;
  if (def.type === 'array') return [def.element];
  if (def.type === 'record') return [def.valueType];
  if (def.type === 'object') return [def.shape[step] ?? []].flat();
  return wrapped(schema).flatMap((one) => inside(one, step));
}

/** What a schema is made from: the alternatives of a union, the input of a transformation. */
function wrapped(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  const { def } = typed(schema)._zod;
  if (def.type === 'union') return def.options;
  if (def.type === 'pipe') return [def.in];
  return def.type === 'optional' || def.type === 'nullable' ? [def.innerType] : [];
}

/** zod's own union of all kinds of schema, so that `def.type` tells them apart. */
function typed(schema: z.core.$ZodType): z.core.$ZodTypes {
  return schema as z.core.$ZodTypes;
}
