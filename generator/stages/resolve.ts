import { rule } from '../diagnostics/rule.ts';
import type { HostIp } from '../model/brand.ts';
import type { Diagnostic, Result } from '../model/diagnostic.ts';
import { conclude } from '../model/diagnostic.ts';
import type { Inventory, InventoryGroup, InventoryHost, Value, Variable, Vars } from '../model/inventory.ts';
import type { Locate, Origin } from '../model/origin.ts';
import type { Parameter } from '../model/parameter.ts';
import type { Parameters, Setting, SiteHost, SiteHosts } from '../model/site.ts';
import { compareAddresses } from '../text/address.ts';
import { allVariables, laterNames } from './later-names.ts';
import { checkMemberships } from './memberships.ts';
import {
  checkExpressions,
  fillReferences,
  hasPlaceholder,
  hasReference,
  referencedNames,
} from './references.ts';
import { unknownParameter } from './unknown-parameters.ts';
import { checkUnquoted } from './unquoted.ts';
import { checkValue, withoutUnknownKeys } from './values.ts';

const rules = {
  empty: rule<Record<string, never>>('inventory/no-hosts', {
    severity: 'error',
    message: () => 'the inventory has no hosts',
    help: () => 'add at least one group with `hosts: { <ipv4>: { … } }`',
  }),
};

/** The parameters that exist, and other names that inventories may contain. */
export type Vocabulary = {
  readonly rows: ReadonlyMap<string, Parameter>;
  readonly aliases: ReadonlyMap<string, string>;
  /** Names that have no effect, and why if that is worth a notice. */
  readonly ignored: ReadonlyMap<string, string | undefined>;
  /** Parameters that nothing reads yet. */
  readonly idle: ReadonlySet<string>;
};

/** A variable that the inventory sets. The value of a parameter has the form of its schema, unless it has references. */
type SetVariable = Setting & {
  readonly name: string;
  readonly locate: Locate;
  readonly written: Variable['written'];
  /** Undefined: a variable of the user, not a parameter. */
  readonly row: Parameter | undefined;
  readonly hasReferences: boolean;
  readonly hasAdminIp: boolean;
  readonly hasPlaceholders: boolean;
};

type Defaults = { readonly values: Record<string, Value>; readonly withAdminIp: readonly string[] };

/** Shared by all steps of one resolution. */
type Context = {
  readonly vocabulary: Vocabulary;
  readonly diagnostics: Diagnostic[];
  readonly defaults: Defaults;
  /** Names that some value hasReferences to. */
  readonly referenced: ReadonlySet<string>;
  /** Cache of structures with `${name}` replaced, by name and text: most are the same for all hosts. */
  readonly replaced: Map<string, WeakMap<object, Value>>;
};

/**
 * Merges scopes (host > group > all > default), groups by their depth in the tree and then in alphabetical order, the
 * last one wins; dictionaries are replaced, never merged (pigsty.md section 1; Ansible, "How variables are merged").
 * Then replaces references. Every value keeps its origin.
 * Diagnostics: parameter/*, inventory/no-hosts, inventory/host-in-two-clusters, inventory/jinja, inventory/undefined-variable,
 * inventory/circular-reference.
 */
export function resolve(inventory: Inventory, name: string, vocabulary: Vocabulary): Result<SiteHosts> {
  const diagnostics: Diagnostic[] = [];
  const context = {
    vocabulary,
    diagnostics,
    defaults: defaultValues(vocabulary),
    referenced: allReferencedNames(inventory),
    replaced: new Map<string, WeakMap<object, Value>>(),
  };
  const all = readVars(context, inventory.vars, 'all', 'all');
  const groups = new Map(inventory.groups.map((group) => [group.name, group]));
  const given = new Map(
    inventory.groups.map((group) => [group.name, readVars(context, group.vars, 'group', group.name)]),
  );
  const ranked = rank(groups);
  const identities = [...vocabulary.rows.values()].filter((row) => row.isIdentity).map((row) => row.name);
  const hosts = membership(inventory.hosts).map((entries): SiteHost => {
    diagnostics.push(...checkMemberships(entries, groups, identities));
    const [{ ip, locate }] = entries;
    const names = withParents(entries, groups).sort((a, b) => (ranked.get(a) ?? 0) - (ranked.get(b) ?? 0));
    const own = entries.map(({ vars }) => readVars(context, vars, 'host', ip));
    const layers = [all, ...names.map((group) => given.get(group) ?? []), ...own];
    const parameters = mergeLayers(context, layers.flat(), ip);
    const keyWith = (name: string) => entryWith(name, entries, { groups, parameters }).locate([], 'key');
    return { ip, locate, keyWith, groups: names.sort(), parameters };
  });
  if (hosts.length === 0) diagnostics.push(rules.empty.at(undefined, {}));
  diagnostics.push(...laterNames(inventory, vocabulary));
  return conclude({ name, inventoryFile: inventory.file, hosts }, diagnostics);
}

type Entries = readonly [InventoryHost, ...InventoryHost[]];

/** Hosts in numerical order of their addresses; for each host, its entries in all groups. */
function membership(hosts: readonly InventoryHost[]): Entries[] {
  const byIp = new Map<string, [InventoryHost, ...InventoryHost[]]>();
  for (const host of hosts) {
    const known = byIp.get(host.ip);
    if (known) known.push(host);
    else byIp.set(host.ip, [host]);
  }
  return [...byIp.values()].sort(([a], [b]) => compareAddresses(a.ip, b.ip));
}

/** The entry that sets a parameter, or whose group does; any one for a parameter of all. */
function entryWith(
  name: string,
  entries: Entries,
  { groups, parameters }: { groups: ReadonlyMap<string, InventoryGroup>; parameters: Parameters },
): InventoryHost {
  const origin = parameters.origin(name);
  const isIn = (entry: InventoryHost) =>
    origin.scope === 'group' && withParents([entry], groups).includes(origin.name);
  return entries.find(({ vars }) => vars.has(name)) ?? entries.find(isIn) ?? entries[0];
}

function withParents(entries: Entries, groups: ReadonlyMap<string, InventoryGroup>): string[] {
  const found = new Set<string>();
  const add = (name: string): void => {
    if (found.has(name)) return;
    found.add(name);
    for (const parent of groups.get(name)?.parents ?? []) add(parent);
  };
  for (const { group } of entries) add(group);
  return [...found];
}

/** The position of each group in the order of merging: by depth, then by ansible_group_priority, then by name. */
function rank(groups: ReadonlyMap<string, InventoryGroup>): Map<string, number> {
  const depths = new Map<string, number>();
  const depth = (name: string): number => {
    const known = depths.get(name);
    if (known !== undefined) return known;
    const found = 1 + Math.max(0, ...(groups.get(name)?.parents ?? []).map(depth));
    depths.set(name, found);
    return found;
  };
  const priority = (group: InventoryGroup) => Number(group.vars.get('ansible_group_priority')?.value ?? 1);
  const sorted = [...groups.values()].sort(
    (a, b) => depth(a.name) - depth(b.name) || priority(a) - priority(b) || (a.name < b.name ? -1 : 1),
  );
  return new Map(sorted.map(({ name }, index) => [name, index]));
}

function allReferencedNames(inventory: Inventory): Set<string> {
  return new Set(allVariables(inventory).flatMap(({ value }) => referencedNames(value)));
}

function readVars(
  context: Context,
  vars: Vars,
  scope: 'host' | 'group' | 'all',
  owner: string,
): SetVariable[] {
  return [...vars.values()].map((variable) =>
    readVariable(context, variable, { scope, name: owner, locate: variable.locate }),
  );
}

function readVariable(
  { vocabulary, diagnostics, referenced }: Context,
  variable: Variable,
  origin: Origin,
): SetVariable {
  const name = vocabulary.aliases.get(variable.name) ?? variable.name;
  const row = vocabulary.rows.get(name);
  const isKnown = row || vocabulary.ignored.has(name) || name.startsWith('ansible_') || referenced.has(name);
  if (!isKnown) diagnostics.push(unknownParameter(variable, vocabulary));
  const isTemplate = hasReference(variable.value);
  const known = row && isTemplate ? withoutUnknownKeys(row, variable, diagnostics) : variable;
  const isIdle = vocabulary.idle.has(name);
  const wrong =
    isTemplate && (row || referenced.has(name)) ? checkExpressions(known.value, variable.locate, isIdle) : [];
  diagnostics.push(...wrong);
  if (!row && referenced.has(name)) diagnostics.push(...checkUnquoted(variable, row, variable.value));
  return {
    name,
    row,
    hasReferences: isTemplate && wrong.length === 0,
    value: row && !isTemplate ? checkValue(row, variable, diagnostics) : known.value,
    hasAdminIp: hasPlaceholder(known.value, 'admin_ip'),
    hasPlaceholders: row?.placeholders?.some((one) => hasPlaceholder(known.value, one)) ?? false,
    origin,
    locate: variable.locate,
    written: variable.written,
  };
}

function defaultValues({ rows }: Vocabulary): Defaults {
  // Without a prototype: `{{ constructor }}` must not be found.
  const values: Record<string, Value> = Object.create(null);
  for (const row of rows.values()) if (row.default !== undefined) values[row.name] = row.default;
  const withAdminIp = Object.keys(values).filter((name) => hasPlaceholder(values[name] ?? null, 'admin_ip'));
  return { values, withAdminIp };
}

/** `settings` in the order of merging: the last one wins. */
function mergeLayers(context: Context, settings: readonly SetVariable[], ip: HostIp): Parameters {
  const { defaults } = context;
  const values: Record<string, Value> = Object.create(defaults.values);
  const set = new Map<string, SetVariable>();
  for (const setting of settings) {
    values[setting.name] = setting.value;
    set.set(setting.name, setting);
  }
  const effective = [...set.values()];
  resolveReferences(context, values, effective, ip);
  const withAdminIp = defaults.withAdminIp.filter((name) => !set.has(name));
  for (const one of effective) if (one.hasAdminIp || one.hasReferences) withAdminIp.push(one.name);
  fillPlaceholder('admin_ip', values, withAdminIp, context);
  for (const { name, row, hasPlaceholders, hasReferences } of effective) {
    if (!hasPlaceholders && !hasReferences) continue;
    for (const one of row?.placeholders ?? []) fillPlaceholder(one, values, [name], context);
  }
  return {
    values,
    origin: (name) => set.get(name)?.origin ?? { scope: 'default' },
    place: (name, path, part) => set.get(name)?.locate(path, part),
    chain: (name) => {
      const given: Setting[] = settings.filter((setting) => setting.name === name).reverse();
      const value = defaults.values[name];
      return value === undefined ? given : [...given, { value, origin: { scope: 'default' } }];
    },
  };
}

/** Replaces references, then checks the value against its schema. */
function resolveReferences(
  { diagnostics }: Context,
  values: Record<string, Value>,
  settings: readonly SetVariable[],
  ip: HostIp,
): void {
  const lookup = (name: string) => (name === 'inventory_hostname' ? ip : values[name]);
  const filled = settings.flatMap(({ name, row, hasReferences, value, locate, written }) => {
    if (!hasReferences || !row) return [];
    const found: Diagnostic[] = [];
    const report = (diagnostic: Diagnostic) => found.push(diagnostic);
    const resolved = fillReferences(value, { lookup, locate, report }, [name]);
    diagnostics.push(...found);
    return [
      [
        name,
        found.length > 0 ? value : checkValue(row, { name, value: resolved, locate, written }, diagnostics),
      ] as const,
    ];
  });
  for (const [name, value] of filled) values[name] = value;
}

/** Replaces `${placeholder}` by the variable of that name, as plain text (pigsty.md section 1). */
function fillPlaceholder(
  placeholder: string,
  values: Record<string, Value>,
  names: readonly string[],
  { replaced }: Context,
): void {
  const text = values[placeholder];
  if (typeof text !== 'string') return;
  const key = `${placeholder}=${text}`;
  const known = replaced.get(key) ?? new WeakMap<object, Value>();
  replaced.set(key, known);
  for (const name of names) {
    const value = values[name] ?? null;
    const isShared = typeof value === 'object' && value !== null;
    const found = (isShared && known.get(value)) || replaceText(value, `\${${placeholder}}`, text);
    if (isShared) known.set(value, found);
    values[name] = found;
  }
}

function replaceText(value: Value, from: string, to: string): Value {
  if (typeof value === 'string') return value.replaceAll(from, to);
  if (Array.isArray(value)) return value.map((item: Value) => replaceText(item, from, to));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaceText(item, from, to)]));
}
