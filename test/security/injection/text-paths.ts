import type * as z from 'zod';

/*
 * Every place in the value of a parameter that takes text, derived from the parameter's schema, and values with one text
 * at such a place.
 */

/** `[]` is an item of a list, `{}` a value of a dictionary, `{key}` a key of one; others are keys of an object. */
export type TextPath = readonly string[];

const ITEM = '[]';
const VALUE = '{}';
const KEY = '{key}';

type Schema = z.core.$ZodType;
type Def = {
  readonly type: string;
  readonly in: Schema;
  readonly out: Schema;
  readonly innerType: Schema;
  readonly element: Schema;
  readonly valueType: Schema;
  readonly catchall?: Schema;
  readonly options: readonly Schema[];
  readonly shape: Readonly<Record<string, Schema>>;
  readonly values: readonly unknown[];
};

function defOf(schema: Schema): Def {
  return schema._zod.def as unknown as Def;
}

/** The schema without what only changes its result: optional keys, transformations. */
function bare(schema: Schema): Schema {
  const def = defOf(schema);
  if (def.type === 'pipe') return bare(defOf(def.in).type === 'transform' ? def.out : def.in);
  return def.innerType === undefined ? schema : bare(def.innerType);
}

export function textPaths(schema: Schema): TextPath[] {
  const found = new Map(allTextPaths(schema).map((path) => [path.join(), path]));
  return [...found.values()];
}

function allTextPaths(given: Schema): TextPath[] {
  const def = defOf(bare(given));
  const below = (step: string, schema: Schema) => allTextPaths(schema).map((path) => [step, ...path]);
  switch (def.type) {
    case 'union':
      return def.options.flatMap(allTextPaths);
    case 'array':
      return below(ITEM, def.element);
    case 'record':
      return [[KEY], ...below(VALUE, def.valueType)];
    case 'object':
      return [
        ...Object.entries(def.shape).flatMap(([key, schema]) => below(key, schema)),
        ...(def.catchall && defOf(def.catchall).type !== 'never' ? below('other', def.catchall) : []),
      ];
    case 'literal':
      return def.values.some((value) => typeof value === 'string') ? [[]] : [];
    default:
      return ['string', 'enum', 'unknown'].includes(def.type) ? [[]] : [];
  }
}

/** A value with `text` at the path, and the least that the schema needs beside it; `id` makes names and ports unique. */
export function valueWith(schema: Schema, path: TextPath, text: string, id: number): unknown {
  const [step, ...rest] = path;
  const def = defOf(bare(schema));
  if (step === undefined) return text;
  if (def.type === 'union') {
    const option = def.options.find((one) => allTextPaths(one).some((known) => known.join() === path.join()));
    return option === undefined ? text : valueWith(option, path, text, id);
  }
  if (step === ITEM) return [valueWith(def.element, rest, text, id)];
  if (step === VALUE) return { [`n${id}`]: valueWith(def.valueType, rest, text, id) };
  if (step === KEY) return { [text]: sample(def.valueType, id) };
  const inner = def.shape[step] ?? def.catchall;
  return { ...required(def, step, id), ...(inner && { [step]: valueWith(inner, rest, text, id) }) };
}

function required({ shape }: Def, without: string, id: number): Record<string, unknown> {
  const others = Object.entries(shape).filter(
    ([key, schema]) =>
      key !== without && schema._zod.optin !== 'optional' && defOf(schema).type !== 'optional',
  );
  return Object.fromEntries(others.map(([key, schema]) => [key, sample(schema, id)]));
}

/** Any value that the schema accepts. */
function sample(schema: Schema, id: number): unknown {
  const candidates = [
    `n${id}`,
    `/n${id}`,
    20_000 + id,
    1,
    true,
    '[]',
    '10.10.10.78',
    `http://n${id}`,
    [],
    {},
  ];
  const type = schema as z.ZodType;
  const found = candidates.find((value) => type.safeParse(value).success);
  if (found !== undefined) return found;
  const def = defOf(bare(schema));
  if (def.type === 'enum') return Object.values((def as unknown as { entries: object }).entries)[0];
  return def.type === 'object' ? required(def, '', id) : 'x';
}
