/** The lines of an INI file as pgbackrest and pgbouncer read it; `[name]` lines and `key = value`. */
export type IniSection = {
  readonly name: string;
  /** A pair, or a line as it is. */
  readonly entries: readonly (readonly [string, string | number] | string)[];
};

/** Ends with a newline. Values are written as they are: both formats read to the end of the line, without quotes. */
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
  return `[${name}]\n${lines.map((line) => `${line}\n`).join('')}`;
}
