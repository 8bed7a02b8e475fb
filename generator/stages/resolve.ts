import { closest, distance } from 'fastest-levenshtein';
import { rule } from '../diagnostics/rule.ts';
import type { HostIp } from '../model/brand.ts';
import type { Diagnostic, Result } from '../model/diagnostic.ts';
import { conclude } from '../model/diagnostic.ts';
import type { Inventory, InventoryGroup, Value, Variable, Vars } from '../model/inventory.ts';
import type { Locate, Origin } from '../model/origin.ts';
import type { Parameter } from '../model/parameter.ts';
import type { Parameters, Setting, Site, SiteHost } from '../model/site.ts';

const rules = {
  unknown: rule<{ name: string; suggestion: string | undefined }>('parameter/unknown', {
    severity: 'warning',
    message: ({ name }) => `there is no parameter \`${name}\``,
    label: () => 'not read by anything',
    help: ({ suggestion }) => (suggestion ? `did you mean \`${suggestion}\`?` : undefined),
  }),
  wrongType: rule<{ name: string; inside: string; problem: string }>('parameter/wrong-type', {
    severity: 'error',
    message: ({ name, inside, problem }) => `\`${name}\`${inside}: ${problem}`,
    label: () => 'set here',
  }),
  empty: rule<Record<string, never>>('inventory/no-hosts', {
    severity: 'error',
    message: () => 'the inventory has no host',
    help: () => 'give at least one group with `hosts: { <ipv4>: { … } }`',
  }),
};

/** The parameters that exist, and other names that inventories may hold. */
export type Vocabulary = {
  readonly rows: ReadonlyMap<string, Parameter>;
  readonly aliases: ReadonlyMap<string, string>;
  readonly ignored: ReadonlySet<string>;
};

/** A variable of the inventory that is a parameter, with its value in the form of the parameter's schema. */
type NamedSetting = Setting & { readonly name: string; readonly locate: Locate };

/**
 * Merges scopes (host > group > all > default), groups of the same depth in alphabetical order, the last one wins;
 * dictionaries are replaced, never merged (pigsty.md section 1). Every value keeps its origin.
 * Diagnostics: parameter/*, inventory/no-hosts.
 */
export function resolve(inventory: Inventory, name: string, vocabulary: Vocabulary): Result<Site> {
  const diagnostics: Diagnostic[] = [];
  const read = (vars: Vars, scope: 'host' | 'group' | 'all', owner: string) =>
    readSettings(vars, scope, owner, vocabulary, diagnostics);
  const defaults = defaultValues(vocabulary);
  const all = read(inventory.vars, 'all', 'all');
  const groups = [...inventory.groups].sort((a, b) => (a.name < b.name ? -1 : 1));
  const groupSettings = new Map(groups.map((group) => [group.name, read(group.vars, 'group', group.name)]));
  const hosts = membership(groups).map(({ ip, locate, entries }): SiteHost => {
    const layers = [all, ...entries.map(({ group }) => groupSettings.get(group.name) ?? [])];
    const own = entries.map(({ vars }) => read(vars, 'host', ip));
    const parameters = mergeSettings([...layers, ...own].flat(), defaults);
    return { ip, locate, groups: entries.map(({ group }) => group.name), parameters };
  });
  if (hosts.length === 0) diagnostics.push(rules.empty.at(undefined, {}));
  return conclude({ name, inventoryFile: inventory.file, hosts, files: new Map() }, diagnostics);
}

type Membership = {
  readonly ip: HostIp;
  readonly locate: Locate;
  readonly entries: { readonly group: InventoryGroup; readonly vars: Vars }[];
};

/** Hosts in numerical order of their addresses, each with the groups it stands in. */
function membership(groups: readonly InventoryGroup[]): Membership[] {
  const byIp = new Map<string, Membership>();
  for (const group of groups) {
    for (const host of group.hosts) {
      const known = byIp.get(host.ip) ?? { ip: host.ip, locate: host.locate, entries: [] };
      known.entries.push({ group, vars: host.vars });
      byIp.set(host.ip, known);
    }
  }
  return [...byIp.values()].sort((a, b) => ipNumber(a.ip) - ipNumber(b.ip));
}

function ipNumber(ip: HostIp): number {
  return ip.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

function readSettings(
  vars: Vars,
  scope: 'host' | 'group' | 'all',
  owner: string,
  vocabulary: Vocabulary,
  diagnostics: Diagnostic[],
): NamedSetting[] {
  const settings: NamedSetting[] = [];
  for (const variable of vars.values()) {
    const name = vocabulary.aliases.get(variable.name) ?? variable.name;
    const row = vocabulary.rows.get(name);
    const origin: Origin = { scope, name: owner, locate: variable.locate };
    if (row) {
      const value = checkValue(row, variable, diagnostics);
      settings.push({ name, value, origin, locate: variable.locate });
    } else if (!vocabulary.ignored.has(name)) {
      diagnostics.push(unknownParameter(variable, vocabulary));
    }
  }
  return settings;
}

/** The value as the schema gives it; where the schema refuses it, one diagnostic per issue and the value as written. */
function checkValue(row: Parameter, variable: Variable, diagnostics: Diagnostic[]): Value {
  const parsed = row.schema.safeParse(variable.value);
  if (parsed.success) return parsed.data as Value;
  for (const issue of parsed.error.issues) {
    const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
    const unknownKeys = issue.code === 'unrecognized_keys' ? issue.keys : [];
    const inside = path.length > 0 ? ` at \`${path.join('.')}\`` : '';
    for (const key of unknownKeys) {
      const place = variable.locate([...path, key], 'key');
      diagnostics.push(
        rules.wrongType.at(place, { name: row.name, inside, problem: `there is no key \`${key}\`` }),
      );
    }
    if (unknownKeys.length > 0) continue;
    const problem = issue.message;
    diagnostics.push(rules.wrongType.at(variable.locate(path), { name: row.name, inside, problem }));
  }
  return variable.value;
}

function unknownParameter(variable: Variable, vocabulary: Vocabulary): Diagnostic {
  const nearest = closest(variable.name, [...vocabulary.rows.keys()]);
  const isClose = distance(nearest, variable.name) * 3 <= variable.name.length;
  const args = { name: variable.name, suggestion: isClose ? nearest : undefined };
  return rules.unknown.at(variable.locate([], 'key'), args);
}

function defaultValues({ rows }: Vocabulary): Record<string, Value> {
  const values: Record<string, Value> = {};
  for (const row of rows.values()) if (row.default !== undefined) values[row.name] = row.default;
  return values;
}

function mergeSettings(settings: readonly NamedSetting[], defaults: Record<string, Value>): Parameters {
  const values: Record<string, Value> = Object.create(defaults);
  const set = new Map<string, NamedSetting>();
  for (const setting of settings) {
    values[setting.name] = setting.value;
    set.set(setting.name, setting);
  }
  substituteAdminIp(values);
  return {
    values,
    origin: (name) => set.get(name)?.origin ?? { scope: 'default' },
    place: (name, path, part) => set.get(name)?.locate(path, part),
    chain: (name) => {
      const given: Setting[] = settings.filter((setting) => setting.name === name).reverse();
      const value = defaults[name];
      return value === undefined ? given : [...given, { value, origin: { scope: 'default' } }];
    },
  };
}

/** `${admin_ip}` is plain string replacement, in values and defaults alike (pigsty.md section 1). */
function substituteAdminIp(values: Record<string, Value>): void {
  const ip = values.admin_ip;
  if (typeof ip !== 'string') return;
  for (const name in values) {
    const value = values[name];
    if (value !== undefined && mentionsAdminIp(value)) values[name] = replaceText(value, '${admin_ip}', ip);
  }
}

function mentionsAdminIp(value: Value): boolean {
  if (typeof value === 'string') return value.includes('${admin_ip}');
  return typeof value === 'object' && value !== null && Object.values(value).some(mentionsAdminIp);
}

function replaceText(value: Value, from: string, to: string): Value {
  if (typeof value === 'string') return value.replaceAll(from, to);
  if (Array.isArray(value)) return value.map((item: Value) => replaceText(item, from, to));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaceText(item, from, to)]));
}
