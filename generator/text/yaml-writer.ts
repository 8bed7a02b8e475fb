import { stringify } from 'yaml';

/** YAML 1.1 text that PyYAML reads back as the same data (`'off'` stays text); keys in the given order. */
export function writeYaml(data: unknown, comment = ''): string {
  const head = comment
    ? `${comment
        .split('\n')
        .map((line) => `# ${line}`)
        .join('\n')}\n`
    : '';
  return (
    head +
    stringify(data, { version: '1.1', lineWidth: 0, defaultKeyType: 'PLAIN', aliasDuplicateObjects: false })
  );
}
