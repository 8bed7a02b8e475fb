import { isScalar, type Node } from 'yaml';
import { rule } from '../diagnostics/rule.ts';
import { isHostIp } from '../model/brand.ts';
import type { Diagnostic, Result } from '../model/diagnostic.ts';
import { conclude } from '../model/diagnostic.ts';
import type { Inventory, InventoryGroup, InventoryHost, Variable, Vars } from '../model/inventory.ts';
import type { Entry, YamlFile } from '../text/yaml-reader.ts';
import { readYaml } from '../text/yaml-reader.ts';

const rules = {
  noAll: rule<Record<string, never>>('inventory/no-all', {
    severity: 'error',
    message: () => 'an inventory starts with the key `all`',
    help: () => 'see `all.children.<group>.hosts` in blueprints/meta.yml',
  }),
  notAMapping: rule<{ what: string }>('inventory/not-a-mapping', {
    severity: 'error',
    message: ({ what }) => `${what} has to be a mapping`,
    label: () => 'this is not',
  }),
  badAddress: rule<{ text: string; group: string }>('inventory/bad-address', {
    severity: 'error',
    message: ({ text, group }) => `host \`${text}\` in group \`${group}\` is not an IPv4 address`,
    label: () => 'expected four numbers from 0 to 255',
    help: () => 'hosts are named by their IPv4 address; host names go into `nodename`',
  }),
  unknownSection: rule<{ key: string; where: string }>('inventory/unknown-section', {
    severity: 'warning',
    message: ({ key, where }) => `\`${key}\` in ${where} is not read`,
    help: () => 'a group holds `hosts` and `vars`; `all` holds `children` and `vars`',
  }),
};

type Context = { readonly yaml: YamlFile; readonly diagnostics: Diagnostic[] };

/**
 * The inventory as written, with the place of everything.
 * Diagnostics: yaml/*, inventory/*. Never throws on input.
 */
export function parse(text: string, file: string): Result<Inventory> {
  const yaml = readYaml(text, file);
  if (yaml.diagnostics.length > 0) return { ok: false, diagnostics: yaml.diagnostics };
  const context: Context = { yaml, diagnostics: [] };
  const all = yaml.root ? yaml.entries(yaml.root).find((e) => e.key === 'all') : undefined;
  if (!all) {
    const place = yaml.root ? yaml.place(yaml.root) : { file, line: 1, column: 1, length: 1 };
    context.diagnostics.push(rules.noAll.at(place, {}));
  }
  const sections = all ? mapping(context, all, '`all`') : [];
  warnUnknown(context, sections, ['children', 'vars', 'hosts'], '`all`');
  const children = sections.find((e) => e.key === 'children');
  const groups = children
    ? mapping(context, children, '`all.children`').map((e) => parseGroup(context, e))
    : [];
  return conclude({ file, groups, vars: parseVars(context, sections, '`all.vars`') }, context.diagnostics);
}

function parseGroup(context: Context, entry: Entry): InventoryGroup {
  const where = `group \`${entry.key}\``;
  const sections = mapping(context, entry, where);
  warnUnknown(context, sections, ['hosts', 'vars', 'children'], where);
  const hosts = sections.find((e) => e.key === 'hosts');
  return {
    name: entry.key,
    locate: context.yaml.locator(entry),
    hosts: hosts
      ? mapping(context, hosts, `hosts of ${where}`).flatMap((e) => parseHost(context, e, entry.key))
      : [],
    vars: parseVars(context, sections, `vars of ${where}`),
  };
}

function parseHost(context: Context, entry: Entry, group: string): InventoryHost[] {
  const { key: ip } = entry;
  if (!isHostIp(ip)) {
    context.diagnostics.push(rules.badAddress.at(context.yaml.place(entry.keyNode), { text: ip, group }));
    return [];
  }
  const vars = toVars(context, mapping(context, entry, `host \`${ip}\``));
  return [{ ip, locate: context.yaml.locator(entry), vars }];
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
    context.diagnostics.push(rules.unknownSection.at(place, { key: entry.key, where }));
  }
}
