import { isScalar, type Node } from 'yaml';
import { maskKey } from '../diagnostics/mask.ts';
import { rule } from '../diagnostics/rule.ts';
import type { Diagnostic, Result } from '../model/diagnostic.ts';
import { conclude } from '../model/diagnostic.ts';
import type { Inventory, InventoryGroup, InventoryHost, Variable, Vars } from '../model/inventory.ts';
import { addressHint, isHostIp } from '../text/address.ts';
import { isSlipOf } from '../text/nearest.ts';
import type { Entry } from '../text/yaml-nodes.ts';
import type { YamlFile } from '../text/yaml-reader.ts';
import { readYaml } from '../text/yaml-reader.ts';

const rules = {
  noAll: rule<Record<string, never>>('inventory/no-all', {
    severity: 'error',
    message: () => 'the top-level key `all` is missing',
    help: () => 'see `all.children.<group>.hosts` in blueprints/meta.yml',
  }),
  notAMapping: rule<{ what: string }>('inventory/not-a-mapping', {
    severity: 'error',
    message: ({ what }) => `${what} must be a mapping`,
    label: () => 'not a mapping',
  }),
  badAddress: rule<{ text: string; group: string }>('inventory/bad-address', {
    severity: 'error',
    message: ({ text, group }) => `host \`${maskKey(text)}\` in group \`${group}\` is not an IPv4 address`,
    label: () => 'expected four numbers from 0 to 255',
    help: ({ text }) =>
      addressHint(text) ?? 'use the IPv4 address as the key and set the name with `nodename`',
  }),
  containsItself: rule<{ name: string }>('inventory/group-holds-itself', {
    severity: 'error',
    message: ({ name }) => `group \`${name}\` contains itself`,
    label: () => 'nested here',
  }),
  unknownSection: rule<{ key: string; where: string }>('inventory/unknown-section', {
    severity: 'warning',
    message: ({ key, where }) => `unknown key \`${maskKey(key)}\` in ${where}`,
    help: () => 'allowed keys: `hosts`, `vars`, `children`',
    isKeyUnknown: true,
  }),
  // Without it, a group would have no hosts or no variables.
  misspeltSection: rule<{ key: string; where: string; suggestion: string }>('inventory/misspelt-section', {
    severity: 'error',
    message: ({ key, where }) => `unknown key \`${maskKey(key)}\` in ${where}`,
    help: ({ suggestion }) => `did you mean \`${suggestion}\`?`,
    isKeyUnknown: true,
  }),
};

type Group = { readonly parents: string[]; readonly vars: Map<string, Variable> };

type Context = {
  readonly yaml: YamlFile;
  readonly diagnostics: Diagnostic[];
  readonly groups: Map<string, Group>;
  readonly hosts: InventoryHost[];
};

const SECTIONS = ['children', 'hosts', 'vars'];
/** Groups can contain groups; a deeper tree than this contains itself. */
const MAX_DEPTH = 32;

/**
 * The inventory as written, with the place of every value: groups below `all` and their hosts, as Ansible's YAML
 * inventory plugin reads them.
 * Diagnostics: yaml/*, inventory/*. Never throws on input.
 */
export function parse(text: string, file: string): Result<Inventory> {
  const yaml = readYaml(text, file);
  if (yaml.diagnostics.length > 0) return { ok: false, diagnostics: yaml.diagnostics };
  const context: Context = { yaml, diagnostics: [], groups: new Map(), hosts: [] };
  const all = yaml.root ? yaml.entries(yaml.root).find((e) => e.key === 'all') : undefined;
  if (!all) {
    const place = yaml.root ? yaml.place(yaml.root) : { file, line: 1, column: 1, length: 1 };
    context.diagnostics.push(rules.noAll.at(place, {}));
  }
  const sections = all ? mapping(context, all, '`all`') : [];
  warnUnknown(context, sections, SECTIONS, '`all`');
  const vars = parseVars(context, sections, '`all.vars`');
  parseHosts(context, sections, 'ungrouped', '`all`');
  parseChildren(context, sections, [], '`all.children`');
  const groups = [...context.groups].map(([name, group]): InventoryGroup => ({ name, ...group }));
  return conclude({ file, groups, hosts: context.hosts, vars }, context.diagnostics);
}

function parseChildren(
  context: Context,
  sections: readonly Entry[],
  above: readonly string[],
  what: string,
): void {
  const children = sections.find((e) => e.key === 'children');
  if (children) for (const entry of mapping(context, children, what)) parseGroup(context, entry, above);
}

/** `above`: names of the enclosing groups, the nearest last. */
function parseGroup(context: Context, entry: Entry, above: readonly string[]): void {
  const { key: name } = entry;
  const where = `group \`${name}\``;
  if (above.includes(name) || above.length > MAX_DEPTH) {
    context.diagnostics.push(rules.containsItself.at(context.yaml.place(entry.keyNode), { name }));
    return;
  }
  const sections = mapping(context, entry, where);
  warnUnknown(context, sections, SECTIONS, where);
  const group: Group = context.groups.get(name) ?? { parents: [], vars: new Map() };
  context.groups.set(name, group);
  const parent = above.at(-1);
  if (parent !== undefined && !group.parents.includes(parent)) group.parents.push(parent);
  for (const [key, variable] of parseVars(context, sections, `vars of ${where}`))
    group.vars.set(key, variable);
  for (const section of sections) {
    if (section.key === 'hosts') parseHosts(context, [section], name, where);
    if (section.key === 'children')
      parseChildren(context, [section], [...above, name], `children of ${where}`);
  }
}

function parseHosts(context: Context, sections: readonly Entry[], group: string, where: string): void {
  const hosts = sections.find((e) => e.key === 'hosts');
  if (!hosts) return;
  for (const entry of mapping(context, hosts, `hosts of ${where}`)) {
    const { key: ip } = entry;
    if (isHostIp(ip)) {
      const vars = toVars(context, mapping(context, entry, `host \`${ip}\``));
      context.hosts.push({ ip, locate: context.yaml.locator(entry), group, vars });
    } else {
      context.diagnostics.push(rules.badAddress.at(context.yaml.place(entry.keyNode), { text: ip, group }));
    }
  }
}

function parseVars(context: Context, sections: readonly Entry[], what: string): Vars {
  const entry = sections.find((e) => e.key === 'vars');
  return toVars(context, entry ? mapping(context, entry, what) : []);
}

function toVars({ yaml }: Context, entries: readonly Entry[]): Vars {
  const variable = (e: Entry): Variable => ({
    name: e.key,
    value: yaml.value(e.node),
    locate: yaml.locator(e),
    written: (path) => yaml.plainText(e, path),
  });
  return new Map(entries.map((e) => [e.key, variable(e)]));
}

function mapping(context: Context, entry: Entry, what: string): Entry[] {
  const { yaml, diagnostics } = context;
  if (entry.node === null || isEmpty(entry.node)) return [];
  if (!yaml.isMapping(entry.node)) {
    diagnostics.push(rules.notAMapping.at(yaml.place(entry.node), { what }));
    return [];
  }
  return yaml.entries(entry.node);
}

function isEmpty(node: Node): boolean {
  return isScalar(node) && (node.value === null || node.value === '');
}

function warnUnknown(
  context: Context,
  entries: readonly Entry[],
  known: readonly string[],
  where: string,
): void {
  for (const entry of entries) {
    if (known.includes(entry.key)) continue;
    const place = context.yaml.place(entry.keyNode);
    const words = { key: entry.key, where };
    const suggestion = known.find((name) => isSlipOf(entry.key, name));
    context.diagnostics.push(
      suggestion === undefined
        ? rules.unknownSection.at(place, words)
        : rules.misspeltSection.at(place, { ...words, suggestion }),
    );
  }
}
