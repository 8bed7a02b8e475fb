import { rule } from '../diagnostics/rule.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Inventory, Variable } from '../model/inventory.ts';
import { append } from '../model/multimap.ts';
import type { Vocabulary } from './resolve.ts';

const ofLaterVersion = rule<{ names: readonly string[] }>('parameter/of-later-version', {
  severity: 'notice',
  message: ({ names }) => `of later versions of Pigsty, without effect: \`${names.join('`, `')}\``,
});

/** Every variable of an inventory, in all places. */
export function allVariables({ vars, groups, hosts }: Inventory): Variable[] {
  return [vars, ...groups.map((group) => group.vars), ...hosts.map((host) => host.vars)].flatMap((block) => [
    ...block.values(),
  ]);
}

/** One notice for all names of later versions, with the reasons. */
export function laterNames(inventory: Inventory, { ignored }: Pick<Vocabulary, 'ignored'>): Diagnostic[] {
  const byReason = new Map<string, string[]>();
  for (const name of new Set(allVariables(inventory).map((variable) => variable.name))) {
    const reason = ignored.get(name);
    if (reason !== undefined) append(byReason, reason, name);
  }
  if (byReason.size === 0) return [];
  const notes = [...byReason].map(([reason, names]) => ({ message: `\`${names.join('`, `')}\`: ${reason}` }));
  return [ofLaterVersion.at(undefined, { names: [...byReason.values()].flat() }, notes)];
}
