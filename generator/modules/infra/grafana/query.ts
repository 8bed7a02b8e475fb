import type { PageVariable } from '../../../model/dashboard.ts';
import { PROMETHEUS, type Target, type Variable } from './schema.ts';

/*
 * Expressions and variables in Grafana's form. Its Prometheus data source quotes a variable for the string that it is in: as a
 * regular expression if the variable may be "all", and as plain text otherwise. `${x:regex}` would be quoted for a regular
 * expression, but not for the string around it, and Prometheus would refuse the name of a host with a dot.
 */

/** An expression of a page for Grafana. */
export function queryOf(expression: string): string {
  return expression.replaceAll(/\$\{(\w+):regex\}/g, (_, name: string) => `\${${name}}`);
}

/** The values of a moment, or their course. */
export function targetOf(
  refId: string,
  expression: string,
  options: Pick<Target, 'legendFormat' | 'format'> & { readonly isInstant?: boolean },
): Target {
  const { isInstant = false, format = 'time_series', ...rest } = options;
  const { type, uid } = PROMETHEUS;
  const kind = { format, instant: isInstant, range: !isInstant, editorMode: 'code' } as const;
  return { refId, datasource: { type, uid }, expr: queryOf(expression), ...kind, ...rest };
}

/** `A` to `Z`, then `A1`. */
export function refIdOf(index: number): string {
  const round = Math.floor(index / 26);
  return String.fromCharCode(65 + (index % 26)) + (round > 0 ? String(round) : '');
}

const ALL = { text: 'All', value: '$__all' } as const;
const EVERYTHING = { includeAll: true, allValue: '.*', current: ALL } as const;

export function variableOf(variable: PageVariable): Variable {
  const { name, title: label } = variable;
  const common = { name, label, multi: false } as const;
  switch (variable.kind) {
    case 'label': {
      const query = `label_values(${queryOf(variable.of)}, ${variable.label})`;
      const { type, uid } = PROMETHEUS;
      return {
        ...common,
        type: 'query',
        datasource: { type, uid },
        definition: query,
        query: { qryType: 1, query, refId: 'PrometheusVariableQueryEditor-VariableQuery' },
        // At each change of the time range; alphabetically.
        refresh: 2,
        sort: 1,
        ...(variable.choose === 'any' ? EVERYTHING : { includeAll: false }),
      };
    }
    case 'list': {
      const query = variable.values.map(({ value, text }) => `${text} : ${value}`).join(',');
      return { ...common, type: 'custom', query, options: [ALL, ...variable.values], ...EVERYTHING };
    }
    default:
      return { ...common, type: 'textbox', query: '', current: { text: '', value: '' } };
  }
}
