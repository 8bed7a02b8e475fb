import type { Module } from '../model/module.ts';
import { append } from '../model/multimap.ts';
import type { Parameter } from '../model/parameter.ts';
import type { Site, SiteHost } from '../model/site.ts';
import { gatherFacts, planHost } from '../stages/plan.ts';
import { mentionsAdminIp, referredNames } from '../stages/references.ts';
import { hostSecrets } from '../stages/secrets.ts';
import { valueAt } from './other-values.ts';
import { type PlanItem, type PlanLeaf, partItems, planItems } from './plan-leaves.ts';
import { otherSites, type SiteInput, watchReads } from './site-inputs.ts';

/** A leaf of a plan, and what it comes from; a constant of its module when that is nothing. */
export type TracedLeaf = PlanLeaf & {
  /** What says that the item is there at all, and what makes it be called so. */
  readonly exists: readonly SiteInput[];
  /** What its value comes from. */
  readonly from: readonly SiteInput[];
  /** Undefined: every host has it, whatever its modules. */
  readonly module: string | undefined;
};

export type Compiler = { readonly modules: readonly Module[]; readonly rows: ReadonlyMap<string, Parameter> };

/**
 * What every leaf of a host's plan comes from. The compiler is pure, so that it can be asked: the host is planned again
 * for every input of the site that its plan has read, changed in several ways; what comes out differently comes from that
 * input (docs/decisions/origins.md).
 */
export function traceLeaves(
  host: SiteHost,
  whole: Site,
  compiler: Compiler,
  isAsked: (item: string) => boolean = () => true,
): TracedLeaf[] {
  const site = { ...whole, hosts: hostsThatMatter(host, whole, compiler) };
  const watched = watchReads(site);
  const position = site.hosts.indexOf(host);
  const before = itemsOf(watched.site, position, compiler);
  const known = {
    names: before.map(({ name }) => name),
    items: before.filter(({ name }) => isAsked(name)).map(recall),
  };
  const exists = new Map<string, SiteInput[]>();
  const from = new Map<string, SiteInput[]>();
  for (const { input, sites } of otherSites(site, { host, rows: compiler.rows, reads: watched.reads })) {
    for (const other of sites) {
      const { items, leaves } = lost(known, tryItems(other, position, compiler));
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
        exists: distinct(ofItem.flatMap(withReferred)),
        from: distinct(own.flatMap(withReferred)),
        module: owners.get(leaf.item),
      };
    }),
  );
}

type KnownItem = { readonly name: string; readonly text: string; readonly leaves: readonly PlanLeaf[] };
type Known = { readonly names: readonly string[]; readonly items: readonly KnownItem[] };

function recall(item: PlanItem): KnownItem {
  return { name: item.name, text: item.text(), leaves: item.leaves() };
}

/** The items that are no longer called so, if they are there at all, and the leaves that are not the same in those that are. */
function lost(
  before: Known,
  after: readonly PlanItem[],
): { readonly items: readonly string[]; readonly leaves: readonly PlanLeaf[] } {
  if (after.length === 0) return { items: [], leaves: [] };
  const others = new Map(after.map((item) => [item.name, item]));
  const items = before.items.flatMap(({ name }) => (others.has(name) ? [] : name));
  const leaves = before.items.flatMap((item) => {
    const other = others.get(item.name) ?? renamed(item.name, before, after);
    return other && other.text() !== item.text ? lostLeaves(item.leaves, other.leaves()) : [];
  });
  return { items, leaves };
}

/** What stands in an item's stead, where nothing came in and nothing fell out. */
function renamed(name: string, { names }: Known, after: readonly PlanItem[]): PlanItem | undefined {
  return names.length === after.length ? after[names.indexOf(name)] : undefined;
}

function leafKey({ item, id }: PlanLeaf): string {
  return `${item} ${id}`;
}

function lostLeaves(before: readonly PlanLeaf[], after: readonly PlanLeaf[]): PlanLeaf[] {
  const values = new Map(after.map(({ id, value }) => [id, value]));
  return before.filter(({ id, value }) => values.get(id) !== value);
}

/** The leaves of a host's plan as they are. */
export function leavesOfHost(host: SiteHost, site: Site, compiler: Compiler): PlanLeaf[] {
  return itemsOf(site, site.hosts.indexOf(host), compiler).flatMap((item) => item.leaves());
}

function itemsOf(site: Site, position: number, { modules }: Compiler): PlanItem[] {
  const facts = gatherFacts(site, modules);
  const host = site.hosts[position];
  const promises = modules.flatMap((module) => module.promise?.(site, facts) ?? []);
  return host ? planItems(planHost(host, site, modules, facts).plan, promises) : [];
}

/** Nothing where such a site has no plan: it has not been checked, and need not make sense. */
function tryItems(site: Site, position: number, compiler: Compiler): PlanItem[] {
  try {
    return itemsOf(site, position, compiler);
  } catch {
    return [];
  }
}

/** Hosts without which the host's plan would be another, and the host; half of the others is left out at once. */
function hostsThatMatter(host: SiteHost, site: Site, compiler: Compiler): readonly SiteHost[] {
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

/** A plan holds secrets by name: what it says does not change with them. */
function secretInput({ secret }: PlanLeaf, host: SiteHost, { modules }: Compiler): SiteInput[] {
  const found = secret === undefined ? undefined : hostSecrets(host, modules).get(secret);
  return found ? [{ kind: 'parameter', host, name: found.parameter, path: found.path }] : [];
}

/** An input, and those that its text refers to. */
function withReferred(input: SiteInput): SiteInput[] {
  if (input.kind !== 'parameter') return [input];
  const { host, name, path } = input;
  const written = valueAt(host.parameters.chain(name)[0]?.value ?? null, path);
  const names = [...referredNames(written), ...(mentionsAdminIp(written) ? ['admin_ip'] : [])];
  return [
    input,
    ...names.flatMap((referred): SiteInput[] =>
      referred === 'inventory_hostname'
        ? [{ kind: 'address', host }]
        : withReferred({ kind: 'parameter', host, name: referred, path: [] }),
    ),
  ];
}

function distinct(inputs: readonly SiteInput[]): SiteInput[] {
  return [...new Map(inputs.map((input) => [inputKey(input), input])).values()];
}

function inputKey({ host, ...input }: SiteInput): string {
  return JSON.stringify([host.ip, input]);
}
