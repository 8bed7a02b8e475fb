import type { Module } from '../model/module.ts';
import { append } from '../model/multimap.ts';
import type { Parameter } from '../model/parameter.ts';
import type { Site, SiteHost } from '../model/site.ts';
import { gatherFacts, planHost } from '../stages/plan.ts';
import { placeholderNames, referencedNames } from '../stages/references.ts';
import { hostSecrets } from '../stages/secrets.ts';
import { valueAt } from './changed-values.ts';
import { type PlanItem, type PlanLeaf, partItems, planItems } from './plan-leaves.ts';
import { changedSites, type SiteInput, watchReads } from './site-inputs.ts';

/** A leaf of a plan and its origins; without origins, it is a constant of its module. */
export type TracedLeaf = PlanLeaf & {
  /** Inputs that the item's existence and name depend on. */
  readonly exists: readonly SiteInput[];
  /** Inputs that its value depends on. */
  readonly from: readonly SiteInput[];
  /** Undefined: every host has it, independent of its modules. */
  readonly module: string | undefined;
};

export type Compiler = { readonly modules: readonly Module[]; readonly rows: ReadonlyMap<string, Parameter> };

/**
 * The origins of every leaf of a host's plan. The compiler is pure, so the host can be planned again for every input that
 * its plan has read, with that input changed in several ways. A leaf that differs depends on that input
 * (docs/decisions/origins.md).
 */
export function traceLeaves(
  host: SiteHost,
  whole: Site,
  compiler: Compiler,
  isRequested: (item: string) => boolean = () => true,
): TracedLeaf[] {
  const site = { ...whole, hosts: relevantHosts(host, whole, compiler) };
  const watched = watchReads(site);
  const position = site.hosts.indexOf(host);
  const before = itemsOf(watched.site, position, compiler);
  const known = {
    names: before.map(({ name }) => name),
    items: before.filter(({ name }) => isRequested(name)).map(recordItem),
  };
  const exists = new Map<string, SiteInput[]>();
  const from = new Map<string, SiteInput[]>();
  for (const { input, sites } of changedSites(site, { host, rows: compiler.rows, reads: watched.reads })) {
    for (const changed of sites) {
      const { items, leaves } = findChanges(known, tryItems(changed, position, compiler));
      for (const item of items) append(exists, item, input);
      for (const leaf of leaves) append(from, leafKey(leaf), input);
      if (items.length > 0 || leaves.length > 0) break;
    }
  }
  const owners = ownersOf(site, position, compiler);
  return known.items.flatMap(({ leaves }) =>
    leaves.map((leaf) => {
      const ofItem = exists.get(leaf.item) ?? [];
      const own = [...secretInput(leaf, host, compiler), ...(from.get(leafKey(leaf)) ?? [])];
      return {
        ...leaf,
        exists: distinct(ofItem.flatMap(withReferences)),
        from: distinct(own.flatMap(withReferences)),
        module: owners.get(leaf.item),
      };
    }),
  );
}

type KnownItem = { readonly name: string; readonly text: string; readonly leaves: readonly PlanLeaf[] };
type Known = { readonly names: readonly string[]; readonly items: readonly KnownItem[] };

function recordItem(item: PlanItem): KnownItem {
  return { name: item.name, text: item.text(), leaves: item.leaves() };
}

/** The items that are missing or renamed, and the leaves that differ in the other items. */
function findChanges(
  before: Known,
  after: readonly PlanItem[],
): { readonly items: readonly string[]; readonly leaves: readonly PlanLeaf[] } {
  if (after.length === 0) return { items: [], leaves: [] };
  const others = new Map(after.map((item) => [item.name, item]));
  const items = before.items.flatMap(({ name }) => (others.has(name) ? [] : name));
  const leaves = before.items.flatMap((item) => {
    const other = others.get(item.name) ?? findReplacement(item.name, before, after);
    return other && other.text() !== item.text ? changedLeaves(item.leaves, other.leaves()) : [];
  });
  return { items, leaves };
}

/** The item that replaces another at the same position, if the number of items is unchanged. */
function findReplacement(name: string, { names }: Known, after: readonly PlanItem[]): PlanItem | undefined {
  return names.length === after.length ? after[names.indexOf(name)] : undefined;
}

function leafKey({ item, id }: PlanLeaf): string {
  return `${item} ${id}`;
}

function changedLeaves(before: readonly PlanLeaf[], after: readonly PlanLeaf[]): PlanLeaf[] {
  const values = new Map(after.map(({ id, value }) => [id, value]));
  return before.filter(({ id, value }) => values.get(id) !== value);
}

/** The leaves of a host's plan, without origins. */
export function leavesOfHost(host: SiteHost, site: Site, compiler: Compiler): PlanLeaf[] {
  return itemsOf(site, site.hosts.indexOf(host), compiler).flatMap((item) => item.leaves());
}

function itemsOf(site: Site, position: number, { modules }: Compiler): PlanItem[] {
  const facts = gatherFacts(site, modules);
  const host = site.hosts[position];
  const promises = modules.flatMap((module) => module.promise?.(site, facts) ?? []);
  return host ? planItems(planHost(host, site, modules, facts).plan, promises) : [];
}

/** No items if the changed site cannot be planned: it is not checked and may be invalid. */
function tryItems(site: Site, position: number, compiler: Compiler): PlanItem[] {
  try {
    return itemsOf(site, position, compiler);
  } catch {
    return [];
  }
}

/** The host, and the hosts that its plan depends on; found by bisection. */
function relevantHosts(host: SiteHost, site: Site, compiler: Compiler): readonly SiteHost[] {
  const planOf = (hosts: readonly SiteHost[]) => {
    const items = tryItems({ ...site, hosts }, hosts.indexOf(host), compiler);
    return items.flatMap(({ name, text }) => (name.startsWith('promises/') ? [] : text())).join('\n');
  };
  const whole = planOf(site.hosts);
  const reduce = (kept: readonly SiteHost[], doubtful: readonly SiteHost[]): readonly SiteHost[] => {
    if (doubtful.length === 0) return kept;
    const without = kept.filter((one) => !doubtful.includes(one));
    if (planOf(without) === whole) return without;
    if (doubtful.length === 1) return kept;
    const middle = Math.ceil(doubtful.length / 2);
    return reduce(reduce(kept, doubtful.slice(0, middle)), doubtful.slice(middle));
  };
  const others = site.hosts.filter((one) => one !== host);
  return reduce(site.hosts, others);
}

/** Item -> the module that adds it. */
function ownersOf(site: Site, position: number, { modules }: Compiler): Map<string, string> {
  const facts = gatherFacts(site, modules);
  const host = site.hosts[position];
  if (!host) return new Map();
  return new Map(
    modules.flatMap((module) => {
      const part = module.isOn(host) && {
        ...module.plan?.(host, site, facts),
        ports: module.ports?.(host, site, facts) ?? [],
        images: module.images?.(host, site) ?? [],
      };
      const promises = module.promise?.(site, facts) ?? [];
      return partItems(part || {}, promises).map(({ name }): [string, string] => [name, module.name]);
    }),
  );
}

/** A plan contains secrets by name, so it does not change with their values. */
function secretInput({ secret }: PlanLeaf, host: SiteHost, { modules }: Compiler): SiteInput[] {
  const found = secret === undefined ? undefined : hostSecrets(host, modules).get(secret);
  return found ? [{ kind: 'parameter', host, name: found.parameter, path: found.path }] : [];
}

/** An input, and the inputs that its text refers to. */
function withReferences(input: SiteInput): SiteInput[] {
  if (input.kind !== 'parameter') return [input];
  const { host, name, path } = input;
  const written = valueAt(host.parameters.chain(name)[0]?.value ?? null, path);
  const placeholders = placeholderNames(written).filter((one) => one in host.parameters.values);
  const names = [...referencedNames(written), ...placeholders];
  return [
    input,
    ...names.flatMap((referenced): SiteInput[] =>
      referenced === 'inventory_hostname'
        ? [{ kind: 'address', host }]
        : withReferences({ kind: 'parameter', host, name: referenced, path: [] }),
    ),
  ];
}

function distinct(inputs: readonly SiteInput[]): SiteInput[] {
  return [...new Map(inputs.map((input) => [inputKey(input), input])).values()];
}

function inputKey({ host, ...input }: SiteInput): string {
  return JSON.stringify([host.ip, input]);
}
