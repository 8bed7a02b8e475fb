import type { FilePlan, FileSource } from '../model/plan.ts';

/** A file of a generation whose path and link on the host are the same. */
export function linked(link: string, source: FileSource | readonly string[], mode = 0o644): FilePlan {
  const text = 'kind' in source ? source : ({ kind: 'text', lines: source } as const);
  return { path: link.slice(1), mode, group: 'root', link, source: text };
}
