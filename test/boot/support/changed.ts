/** The lines that are in one of two snapshots only. A diff of all lines takes minutes with images on the node. */
export function changed(before: string, after: string): readonly string[] {
  const [old, now] = [before, after].map((text) => new Set(text.split('\n')));
  const gone = [...(old ?? [])].filter((line) => !now?.has(line)).map((line) => `- ${line}`);
  return [...gone, ...[...(now ?? [])].filter((line) => !old?.has(line)).map((line) => `+ ${line}`)];
}
