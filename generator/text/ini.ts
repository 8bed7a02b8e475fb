/** The lines of an INI file as pgbackrest and pgbouncer read it; `[name]` lines and `key = value`. */
export type IniSection = {
  readonly name: string;
  readonly entries: readonly (readonly [string, string | number])[];
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
  return `[${name}]\n${entries.map(([key, value]) => `${key} = ${value}\n`).join('')}`;
}
