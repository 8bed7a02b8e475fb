/** The values of a page's variables; an absent or empty one stands for all values. */
export type VariableValues = Readonly<Record<string, string>>;

/**
 * An expression with values in place of its variables: `$cls` in a quoted string, `${ins:regex}` in the quoted string of a
 * regular expression. Values cannot end the string that they stand in. `$1` of `label_replace` stays.
 */
export function substitute(expression: string, values: VariableValues): string {
  return expression.replace(/\$\{(\w+):regex\}|\$([a-zA-Z_]\w*)/g, (_, inRegex?: string, plain?: string) => {
    if (inRegex !== undefined) return inPattern(values[inRegex]);
    return quoted(values[plain ?? ''] ?? '');
  });
}

function inPattern(value: string | undefined): string {
  return value ? quoted(value.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')) : '.*';
}

/** Text in a double-quoted string of PromQL, which has the escapes of Go. */
function quoted(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
}

/** A legend or title with labels in place of `{{label}}`; labels that the series lacks are empty. */
export function fillLegend(legend: string, labels: Readonly<Record<string, string>>): string {
  return legend.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, name: string) => labels[name] ?? '').trim();
}

/** A text with the values of `$name`, for fields that are not PromQL. */
export function fillText(text: string, values: VariableValues): string {
  return text.replace(/\$(\w+)/g, (_, name: string) => values[name] ?? '');
}
