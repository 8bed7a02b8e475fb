/** A word of a parameter with arguments: quotes keep white space together, as in a shell. */
const WORD = /(?:[^\s"']|"[^"]*"|'[^']*')+/g;

/** The arguments in the text of a parameter such as `prometheus_options`. */
export function argumentsIn(text: string): string[] {
  return [...text.matchAll(WORD)].map(([word]) => word.replaceAll(/["']/g, ''));
}

/** The name of an option without dashes and value: `storage.tsdb.path`. */
export function optionName(argument: string): string | undefined {
  return /^--?([\w.-]+)/.exec(argument)?.[1];
}

/** For an ExecStart line, where systemd replaces `$name` (systemd.service(5)). */
export function withoutVariables(words: readonly string[]): string[] {
  return words.map((word) => word.replaceAll('$', '$$$$'));
}
