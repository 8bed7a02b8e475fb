import { rule } from '../diagnostics/rule.ts';
import { assertNever, Unreachable } from '../model/brand.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Value } from '../model/inventory.ts';
import type { Place } from '../model/origin.ts';
import type { Clash, ClashSide, Misplaced } from '../model/plan.ts';
import type { Site, SiteHost } from '../model/site.ts';
import { isWithin } from '../text/path.ts';
import { valueAt } from './changed-values.ts';
import { type Compiler, traceLeaves } from './plan-origins.ts';
import type { SiteInput } from './site-inputs.ts';

const rules = {
  clash: rule<{ what: string; name: string; hosts: string; one: string; other: string }>('plan/clash', {
    severity: 'error',
    message: ({ what, name, hosts, one, other }) =>
      one === other
        ? `${one} plans two different versions of ${what} ${name} of ${hosts}`
        : `${one} and ${other} plan different versions of ${what} ${name} of ${hosts}`,
    label: () => 'set here',
    help: () => 'use a different name, number or path for one of them',
  }),
  system: rule<{ path: string; hosts: string; title: string; reason: string }>('plan/system-directory', {
    severity: 'error',
    message: ({ path, hosts, title, reason }) =>
      `${title} plans directory ${path} of ${hosts} for itself, but ${path} ${reason}`,
    label: () => 'set here',
    help: () => 'use a directory of its own, as /data/… or, for logs, /var/log/…',
  }),
  link: rule<{ path: string; hosts: string; title: string; other: string; link: string }>(
    'plan/directory-in-link',
    {
      severity: 'error',
      message: ({ path, hosts, title, other, link }) =>
        `${title} plans directory ${path} of ${hosts}, but ${link} is a link that ${other} creates`,
      label: () => 'set here',
      help: ({ link }) => `name a directory outside ${link}: a mount point or another real path`,
    },
  ),
  state: rule<{ path: string; hosts: string; outer: string; one: string; other: string }>(
    'plan/state-in-state',
    {
      severity: 'error',
      message: ({ path, hosts, outer, one, other }) =>
        path === outer
          ? `directory ${path} of ${hosts} is planned for ${other} and for ${one}`
          : `directory ${path} of ${hosts} has ${one} and is inside ${outer}, which has ${other}`,
      label: () => 'set here',
      help: () => 'use a separate directory for each, as /data and /data/backups',
    },
  ),
};

type OriginOfSide = { readonly title: string; readonly inputs: readonly SiteInput[] };

/** The clash with the origins of both sides: the parameters that cause each definition. */
export function describeClash(clash: Clash, hosts: string, site: Site, compiler: Compiler): Diagnostic {
  const host = site.hosts.find(({ ip }) => ip === clash.ip);
  if (!host) throw new Unreachable(`no host ${clash.ip}`);
  const [one, other] = clash.sides.map((side) => originOf(side, host, site, compiler));
  if (!one || !other) throw new Unreachable('a clash has two sides');
  const args = { what: clash.what, name: clash.name, hosts, one: one.title, other: other.title };
  const notes = [one, other].flatMap(originNotes);
  return rules.clash.at(placeOf(other, clash.name) ?? placeOf(one, clash.name), args, notes);
}

/** The directory, with the parameter that has its path. */
export function describeMisplaced(
  found: Misplaced,
  hosts: string,
  site: Site,
  compiler: Compiler,
): Diagnostic {
  const { ip, path, sides } = found;
  const host = site.hosts.find((one) => one.ip === ip);
  if (!host) throw new Unreachable(`no host ${ip}`);
  const [own, other] = sides.map((side) => originOf(side, host, site, compiler));
  if (!own) throw new Unreachable('a directory is part of a plan');
  const inputs = [own, other].flatMap((origin) => origin?.inputs ?? []);
  const outer = found.kind === 'state' ? found.outer : path;
  const place =
    exactPlace(own, path) ??
    (other && exactPlace(other, outer)) ??
    placeOfPath(host, path, compiler) ??
    placeOf({ ...own, inputs }, path);
  switch (found.kind) {
    case 'system':
      return rules.system.at(place, { path, hosts, title: own.title, reason: found.reason });
    case 'link':
      return rules.link.at(place, {
        path,
        hosts,
        title: own.title,
        other: other?.title ?? '',
        link: found.link,
      });
    case 'state': {
      const [one, second] = found.purposes;
      return rules.state.at(place, { path, hosts, outer: found.outer, one, other: second });
    }
    default:
      return assertNever(found);
  }
}

function originOf(side: ClashSide, host: SiteHost, site: Site, compiler: Compiler): OriginOfSide {
  const { module, item, leaf } = side;
  if (module === undefined) return { title: 'every host', inputs: [] };
  // Without the plans of other modules; their facts stay.
  const modules = compiler.modules.map((one) =>
    one.name === module ? one : { ...one, plan: () => ({}), ports: () => [] },
  );
  const traced = traceLeaves(host, site, { ...compiler, modules }, (name) => name === item);
  const inputs = traced.flatMap(({ path, exists, from }) => [...exists, ...(path === leaf ? from : [])]);
  return { title: `module ${module}`, inputs: distinct(inputs) };
}

function distinct(inputs: readonly SiteInput[]): SiteInput[] {
  const keyOf = ({ host, ...input }: SiteInput) => JSON.stringify([host.ip, input]);
  return [...new Map(inputs.map((input) => [keyOf(input), input])).values()];
}

function originNotes({ title, inputs }: OriginOfSide): Diagnostic['notes'] {
  return inputs.flatMap((input) => {
    if (input.kind !== 'parameter') return [];
    const place = input.host.parameters.place(input.name, input.path);
    const text = `${title}: from \`${input.name}\`${place ? '' : ' (default)'}`;
    return [{ message: text, ...(place && { place }) }];
  });
}

/**
 * The place in the inventory that causes a definition. Preferred is a path that the thing is at or below, then a value
 * that is part of its name.
 */
function placeOf({ inputs }: OriginOfSide, name: string): Place | undefined {
  const placed = placedValues(inputs).map(({ place, value }) => ({ place, rank: rankOf(value, name) }));
  const highest = Math.max(...placed.map(({ rank }) => rank));
  return placed.find(({ rank }) => rank === highest)?.place;
}

function rankOf(value: Value, name: string): number {
  if (typeof value === 'boolean') return 0;
  if (typeof value === 'string' && value.startsWith('/') && isWithin(name, value)) return 2;
  return name.includes(String(value)) ? 1 : 0;
}

/** The place of a cause that is this path itself. */
function exactPlace({ inputs }: OriginOfSide, path: string): Place | undefined {
  return placedValues(inputs).find(({ value }) => value === path)?.place;
}

function placedValues(inputs: readonly SiteInput[]): { readonly place: Place; readonly value: Value }[] {
  return inputs.flatMap((input) => {
    if (input.kind !== 'parameter') return [];
    const { parameters } = input.host;
    const place = parameters.place(input.name, input.path);
    return place ? [{ place, value: valueAt(parameters.values[input.name] ?? null, input.path) }] : [];
  });
}

/** Any parameter with this path as its value: two directories of one module at one path have the same causes. */
function placeOfPath({ parameters }: SiteHost, path: string, { rows }: Compiler): Place | undefined {
  const names = [...rows.keys()].filter((name) => parameters.values[name] === path);
  return names.map((name) => parameters.place(name)).find((place) => place !== undefined);
}
