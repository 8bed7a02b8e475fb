import { rule } from '../diagnostics/rule.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Value } from '../model/inventory.ts';
import type { Locate, Path } from '../model/origin.ts';

/*
 * `{{ name }}` in a value stands for another variable of the same host, as in Ansible; nothing else of Jinja2 is
 * understood. `${admin_ip}` is plain text that is replaced (pigsty.md section 1).
 */
const rules = {
  jinja: rule<Record<string, never>>('inventory/jinja', {
    severity: 'error',
    message: () => 'an expression of Jinja2 is not evaluated',
    label: () => 'only `{{ name }}` is understood',
    help: () => 'write the value, or give it a variable of its own and refer to that',
  }),
  undefined: rule<{ name: string }>('inventory/undefined-variable', {
    severity: 'error',
    message: ({ name }) => `\`{{ ${name} }}\`: the host has no variable \`${name}\``,
    label: () => 'referred to here',
  }),
  circular: rule<{ names: readonly string[] }>('inventory/circular-reference', {
    severity: 'error',
    message: ({ names }) => `variables refer to one another in a circle: ${names.join(' -> ')}`,
    label: () => 'referred to here',
  }),
};

const REFERENCE = /\{\{\s*([A-Za-z_]\w*)\s*\}\}/g;
const WHOLE = /^\{\{\s*([A-Za-z_]\w*)\s*\}\}$/;
const JINJA = /\{\{.*?(?:\}\}|$)|\{%.*?(?:%\}|$)|\{#.*?(?:#\}|$)/s;

/** Whether any text in a value is more than it says: `{{ name }}`. */
export function hasReference(value: Value): boolean {
  return someText(value, (text) => JINJA.test(text));
}

/** Whether any text in a value has `${admin_ip}`. */
export function mentionsAdminIp(value: Value): boolean {
  return someText(value, (text) => text.includes('${admin_ip}'));
}

function someText(value: Value, holds: (text: string) => boolean): boolean {
  if (typeof value === 'string') return holds(value);
  return (
    typeof value === 'object' && value !== null && Object.values(value).some((item) => someText(item, holds))
  );
}

/** Names that a value refers to. */
export function referredNames(value: Value): string[] {
  if (typeof value === 'string') return [...value.matchAll(REFERENCE)].flatMap(([, name]) => name ?? []);
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(referredNames) : [];
}

/** What of Jinja2 stands in a value and is no plain reference. */
export function checkExpressions(value: Value, locate: Locate, path: Path = []): Diagnostic[] {
  if (typeof value === 'string') {
    return JINJA.test(value.replaceAll(REFERENCE, '')) ? [rules.jinja.at(locate(path), {})] : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => checkExpressions(item, locate, [...path, key]));
}

/** The variables of one host, and where to report what is wrong with a reference. */
export type References = {
  readonly lookup: (name: string) => Value | undefined;
  readonly locate: Locate;
  readonly report: (diagnostic: Diagnostic) => void;
};

/** The value with every reference replaced; a text that is one reference becomes that variable's value, type and all. */
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
  const whole = WHOLE.exec(text.trim())?.[1];
  if (whole !== undefined) return follow(whole, references, open, path);
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
