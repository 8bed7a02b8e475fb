/** Whether a name is one of a list of package names, in which `*` stands for any characters. */
export function packageMatcher(patterns: readonly string[]): (name: string) => boolean {
  const forms = patterns.map((one) => one.replaceAll(/[.+]/g, '\\$&').replaceAll('*', '.*'));
  const form = new RegExp(`^(?:${forms.join('|')})$`);
  return (name) => form.test(name);
}
