import { rule } from '../diagnostics/rule.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { InventoryGroup, InventoryHost, Variable } from '../model/inventory.ts';
import { hasReference } from './references.ts';

const rules = {
  twoClusters: rule<{ ip: string; parameter: string; first: Membership; second: Membership }>(
    'inventory/host-in-two-clusters',
    {
      severity: 'error',
      message: ({ ip, parameter, first, second }) =>
        `host ${ip} is in two clusters: \`${parameter}\` is ${first.given.value} in group \`${first.group}\`, ${second.given.value} in group \`${second.group}\``,
      label: ({ second }) => `for group \`${second.group}\``,
      help: () => 'a host can be in one: take it out of one of the groups',
    },
  ),
};

/** The cluster that a group puts a host into. */
type Membership = { readonly group: string; readonly given: Variable };

/**
 * Hosts that two of their groups put into different clusters of one kind; `identities` are the parameters that name
 * clusters. A value of the host counts for the group that it is in.
 */
export function checkMemberships(
  entries: readonly InventoryHost[],
  groups: ReadonlyMap<string, InventoryGroup>,
  identities: readonly string[],
): Diagnostic[] {
  if (entries.length < 2) return [];
  return identities.flatMap((parameter) => {
    const [first, ...others] = entries.flatMap(({ group, vars }): Membership[] => {
      const given = vars.get(parameter) ?? givenBy(group, parameter, groups);
      return given && !hasReference(given.value) ? [{ group, given }] : [];
    });
    const second = others.find(({ given }) => given.value !== first?.given.value);
    const ip = entries[0]?.ip;
    if (!first || !second || !ip) return [];
    const note = { message: `for group \`${first.group}\``, place: first.given.locate() };
    return [rules.twoClusters.at(second.given.locate(), { ip, parameter, first, second }, [note])];
  });
}

/** The variable of a group, or of the nearest group that contains it. */
function givenBy(
  name: string,
  parameter: string,
  groups: ReadonlyMap<string, InventoryGroup>,
): Variable | undefined {
  const group = groups.get(name);
  const own = group?.vars.get(parameter);
  return own ?? group?.parents.map((parent) => givenBy(parent, parameter, groups)).find((one) => one);
}
