import type { PlanLeaf } from './plan-leaves.ts';

/** The leaves of files whose name, or the name at the start of their line, is that of a setting; otherwise those that mention it. */
export function leavesOfSetting(leaves: readonly PlanLeaf[], written: string): readonly PlanLeaf[] {
  const name = written.replace(/^--?/, '');
  const inFiles = leaves.filter(({ item, path }) => item.includes('/') && !path.startsWith('@'));
  const step = new RegExp(`(?:^|[.[])${escaped(name)}(?:$|[\\].[])`);
  const line = new RegExp(`^[\\s-]*${escaped(name)}(?:\\s*[=:]|\\s)`);
  const exact = inFiles.filter(({ path, value }) => step.test(path) || line.test(String(value)));
  if (exact.length > 0) return exact;
  const word = new RegExp(`(?:^|\\s)${escaped(name)}\\s`);
  return inFiles.filter(({ item, value }) => item.startsWith('etc/') && word.test(String(value)));
}

function escaped(name: string): string {
  return name.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

/** The last words of paths: what a mistyped name may have meant. */
export function settingNames(leaves: readonly PlanLeaf[]): string[] {
  const inEtc = leaves.filter(({ item }) => item.startsWith('etc/'));
  return [
    ...new Set(
      inEtc.flatMap(({ path }) => path.split(/[.[\]]/).filter((step) => /^[a-z][\w-]{3,}$/.test(step))),
    ),
  ];
}
