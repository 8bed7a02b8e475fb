import { rule } from '../diagnostics/rule.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Value } from '../model/inventory.ts';
import type { Locate, Path } from '../model/origin.ts';

/*
 * `{{ name }}` in a value refers to another variable of the same host, as in Ansible; no other Jinja2 expression is
 * supported. `${admin_ip}`, and the placeholders of a parameter's row, are replaced as plain text (pigsty.md section 1).
 */
const rules = {
  jinja: rule<Record<string, never>>('inventory/jinja', {
    severity: 'error',
    message: () => 'Jinja2 expressions are not supported',
    label: () => 'only `{{ name }}` is supported',
    help: () => 'write the value, or put it into a variable and use `{{ name }}`',
  }),
  idle: rule<Record<string, never>>('inventory/jinja-without-effect', {
    severity: 'warning',
    message: () => 'Jinja2 expressions are not evaluated; nothing reads this parameter yet',
    label: () => 'stays as it is written',
  }),
  undefined: rule<{ name: string }>('inventory/undefined-variable', {
    severity: 'error',
    message: ({ name }) => `\`{{ ${name} }}\`: variable \`${name}\` not found for this host`,
    label: () => 'referred to here',
  }),
  circular: rule<{ names: readonly string[] }>('inventory/circular-reference', {
    severity: 'error',
    message: ({ names }) => `circular reference: ${names.join(' -> ')}`,
    label: () => 'referred to here',
  }),
};

const REFERENCE = /\{\{\s*([A-Za-z_]\w*)\s*\}\}/g;
const SINGLE_REFERENCE = /^\{\{\s*([A-Za-z_]\w*)\s*\}\}$/;
const PLACEHOLDER = /\$\{(\w+)\}/g;
const JINJA = /\{\{.*?(?:\}\}|$)|\{%.*?(?:%\}|$)|\{#.*?(?:#\}|$)/s;

/** Whether any text in a value contains a reference or another Jinja2 expression. */
export function hasReference(value: Value): boolean {
  return someText(value, (text) => JINJA.test(text));
}

/** Whether any text in a value contains `${name}`. */
export function hasPlaceholder(value: Value, name: string): boolean {
  return someText(value, (text) => text.includes(`\${${name}}`));
}

function someText(value: Value, predicate: (text: string) => boolean): boolean {
  if (typeof value === 'string') return predicate(value);
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).some((item) => someText(item, predicate))
  );
}

/** Names that a value refers to. */
export function referencedNames(value: Value): string[] {
  return namesIn(value, REFERENCE);
}

/** The names of all `${name}` in a value. */
export function placeholderNames(value: Value): string[] {
  return namesIn(value, PLACEHOLDER);
}

function namesIn(value: Value, form: RegExp): string[] {
  if (typeof value === 'string') return [...value.matchAll(form)].flatMap(([, name]) => name ?? []);
  return typeof value === 'object' && value !== null
    ? Object.values(value).flatMap((item) => namesIn(item, form))
    : [];
}

/** Diagnostics for Jinja2 expressions in a value that are not plain references; warnings for a parameter that nothing reads. */
export function checkExpressions(
  value: Value,
  locate: Locate,
  isIdle: boolean,
  path: Path = [],
): Diagnostic[] {
  if (typeof value === 'string') {
    const jinja = isIdle ? rules.idle : rules.jinja;
    return JINJA.test(value.replaceAll(REFERENCE, '')) ? [jinja.at(locate(path), {})] : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    checkExpressions(item, locate, isIdle, [...path, key]),
  );
}

/** The variables of one host, and where to report errors in references. */
export type References = {
  readonly lookup: (name: string) => Value | undefined;
  readonly locate: Locate;
  readonly report: (diagnostic: Diagnostic) => void;
};

/** The value with every reference replaced; a text that is a single reference becomes that variable's value, with its type. */
export function fillReferences(
  value: Value,
  references: References,
  open: readonly string[],
  path: Path = [],
): Value {
  if (typeof value === 'string') return fillText(value, references, open, path);
  if (Array.isArray(value)) {
    return value.map((item: Value, index) => fillReferences(item, references, open, [...path, index]));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, fillReferences(item, references, open, [...path, key])]),
  );
}

function fillText(text: string, references: References, open: readonly string[], path: Path): Value {
  const single = SINGLE_REFERENCE.exec(text.trim())?.[1];
  if (single !== undefined) return follow(single, references, open, path);
  return text.replaceAll(REFERENCE, (_, name: string) => {
    const value = follow(name, references, open, path);
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  });
}

function follow(name: string, references: References, open: readonly string[], path: Path): Value {
  const { lookup, locate, report } = references;
  if (open.includes(name)) {
    report(rules.circular.at(locate(path), { names: [...open, name] }));
    return '';
  }
  const value = lookup(name);
  if (value === undefined) {
    report(rules.undefined.at(locate(path), { name }));
    return '';
  }
  return fillReferences(value, references, [...open, name], path);
}
