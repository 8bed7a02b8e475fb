/** Words of a command line: separated by white space, except inside of quotes, which are removed. */
export function splitArguments(text: string): string[] {
  const words = text.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  return words.map((word) => word.replaceAll(/"([^"]*)"|'([^']*)'/g, '$1$2'));
}

/** `own` and then `given`; a flag of `given` replaces the same one of `own`, because programs refuse to read it twice. */
export function mergeArguments(own: readonly string[], given: readonly string[]): string[] {
  const flags = new Set(given.map(flagOf));
  return [...own.filter((one) => !flags.has(flagOf(one))), ...given];
}

/** `--collector.x` and `--no-collector.x` are one flag. */
function flagOf(argument: string): string {
  return argument.replace(/^--(?:no-)?/, '').replace(/=.*$/s, '');
}

/** The name of an option without dashes and value: `storage.tsdb.path`. */
export function optionName(argument: string): string | undefined {
  return /^--?([\w.-]+)/.exec(argument)?.[1];
}

/** For an ExecStart line, where systemd replaces `$name` (systemd.service(5)). */
export function withoutVariables(words: readonly string[]): string[] {
  return words.map((word) => word.replaceAll('$', '$$$$'));
}
