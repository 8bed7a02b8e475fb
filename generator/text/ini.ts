import { oneLine } from './one-line.ts';

/** One section of an INI file as pgBackRest and PgBouncer read it: a line `[name]`, then lines `key = value`. */
export type IniSection = {
  readonly name: string;
  /** A pair, or a complete line. */
  readonly entries: readonly (readonly [string, string | number] | string)[];
};

/** Ends with a newline. Values are not quoted: both programs read them to the end of the line. */
export function writeIni(sections: readonly IniSection[], comment = ''): string {
  const head = comment
    ? `${comment
        .split('\n')
        .map((line) => `# ${line}`)
        .join('\n')}\n\n`
    : '';
  return head + sections.map(writeSection).join('\n');
}

function writeSection({ name, entries }: IniSection): string {
  const lines = entries.map((entry) => (typeof entry === 'string' ? entry : `${entry[0]} = ${entry[1]}`));
  return [`[${name}]`, ...lines].map((line) => `${oneLine(line, `section ${name}`)}\n`).join('');
}
