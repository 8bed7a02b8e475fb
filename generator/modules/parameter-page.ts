import type { Value } from '../model/inventory.ts';
import type { Parameter, ParameterTable } from '../model/parameter.ts';

/** Longer defaults are written as a separate block. Characters. */
const SHORT = 40;

/** A module's parameters as a page of documentation, in Markdown. */
export function parameterPage({ module, rows }: ParameterTable): string {
  const sections = [...new Set(rows.map((row) => row.section))];
  const ours = rows.filter((row) => row.id === undefined).length;
  const counted = `${rows.length - ours} parameters of Pigsty${ours > 0 ? `, ${ours} of this product` : ''}`;
  return [
    `# Parameters of module ${module}`,
    '',
    `${counted}. Levels: G for all hosts (\`all.vars\`), C a cluster (\`vars\` of a group), I one host,`,
    'N one Redis node, A a run of Pigsty. Any may be set at any scope: a host wins over its group, a group over `all`.',
    ...sections.flatMap((name) => [
      '',
      `## ${name}`,
      '',
      ...rows.filter((row) => row.section === name).flatMap(entry),
    ]),
    '',
  ].join('\n');
}

function entry(row: Parameter): string[] {
  const text = row.default === undefined ? undefined : json(row.default);
  const isShort = text !== undefined && text.length <= SHORT;
  const facts = [
    `level ${row.level}`,
    ...(row.unit ? [row.unit] : []),
    ...(text === undefined ? ['no default'] : []),
    ...(isShort ? [`default \`${text}\``] : []),
    ...(row.secret ? ['secret'] : []),
    ...(row.aliases ? [`also ${row.aliases.map((alias) => `\`${alias}\``).join(', ')}`] : []),
  ];
  return [
    `- \`${row.name}\`: ${row.meaning.replaceAll('<', '\\<')} (${facts.join('; ')})${row.note ? `. ${sentence(row.note)}` : ''}`,
    ...(text !== undefined && !isShort ? ['', ...block(row.default), ''] : []),
  ];
}

function json(value: Value): string {
  return typeof value === 'string' ? value || "''" : JSON.stringify(value);
}

/** A list or dictionary one item a line. */
function block(value: Value | undefined): string[] {
  const lines = (items: readonly string[]) => items.map((item) => `  ${item}`);
  const list = Array.isArray(value) ? value.map((item: Value) => `- ${JSON.stringify(item)}`) : undefined;
  const dictionary =
    typeof value === 'object' && value !== null && !list
      ? Object.entries(value).map(([key, item]) => `${key}: ${JSON.stringify(item)}`)
      : undefined;
  const content = list ?? dictionary ?? [JSON.stringify(value)];
  return ['  ```yaml', ...lines(content), '  ```'];
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
