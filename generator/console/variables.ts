import type { Page, PageVariable } from '../model/dashboard.ts';
import { substitute, type VariableValues } from './expression.ts';
import type { Prometheus } from './prometheus.ts';
import type { TimeRange } from './time-range.ts';

/** A variable with what it may be. */
export type Choice = {
  readonly variable: PageVariable;
  readonly value: string;
  /** Values with their texts; empty for free text. */
  readonly values: readonly { readonly value: string; readonly text: string }[];
};

/** The value that a variable gets: the address's if it is possible, otherwise the first or none. */
export function choose(variable: PageVariable, given: string, known: readonly string[]): string {
  if (variable.kind === 'text' || known.includes(given)) return given;
  if (variable.kind === 'label' && variable.choose === 'one') return known[0] ?? given;
  // A server that has no values at all is broken or new: the address stays as it is.
  return known.length === 0 ? given : '';
}

/**
 * The variables of a page in their order, each with the values that those before it allow. Rejects as `Prometheus` does.
 */
export async function resolveVariables(
  page: Page,
  given: VariableValues,
  server: Prometheus,
  { range, signal }: { readonly range: TimeRange; readonly signal: AbortSignal },
): Promise<readonly Choice[]> {
  const choices: Choice[] = [];
  for (const variable of page.variables) {
    const chosen = Object.fromEntries(choices.map((choice) => [choice.variable.name, choice.value]));
    const values = await valuesOf(variable, chosen, server, { range, signal });
    const known = values.map(({ value }) => value);
    choices.push({ variable, values, value: choose(variable, given[variable.name] ?? '', known) });
  }
  return choices;
}

async function valuesOf(
  variable: PageVariable,
  chosen: VariableValues,
  server: Prometheus,
  { range, signal }: { readonly range: TimeRange; readonly signal: AbortSignal },
): Promise<Choice['values']> {
  if (variable.kind === 'text') return [];
  if (variable.kind === 'list') return variable.values;
  const found = await server.labelValues(variable.label, substitute(variable.of, chosen), range, signal);
  return found.map((value) => ({ value, text: value }));
}
