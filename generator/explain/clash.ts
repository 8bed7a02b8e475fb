import { rule } from '../diagnostics/rule.ts';
import { Unreachable } from '../model/brand.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Place } from '../model/origin.ts';
import type { Clash, ClashSide } from '../model/plan.ts';
import type { Site, SiteHost } from '../model/site.ts';
import { valueAt } from './changed-values.ts';
import { type Compiler, traceLeaves } from './plan-origins.ts';
import type { SiteInput } from './site-inputs.ts';

const rules = {
  clash: rule<{ what: string; name: string; ip: string; one: string; other: string }>('plan/clash', {
    severity: 'error',
    message: ({ what, name, ip, one, other }) =>
      one === other
        ? `${one} plans two different versions of ${what} ${name} of host ${ip}`
        : `${one} and ${other} plan different versions of ${what} ${name} of host ${ip}`,
    label: () => 'set here',
    help: () => 'use a different name, number or path for one of them',
  }),
};

type OriginOfSide = { readonly title: string; readonly inputs: readonly SiteInput[] };

/** The clash with the origins of both sides: the parameters that cause each definition. */
export function describeClash(clash: Clash, site: Site, compiler: Compiler): Diagnostic {
  const host = site.hosts.find(({ ip }) => ip === clash.ip);
  if (!host) throw new Unreachable(`no host ${clash.ip}`);
  const [one, other] = clash.sides.map((side) => originOf(side, host, site, compiler));
  if (!one || !other) throw new Unreachable('a clash has two sides');
  const args = { what: clash.what, name: clash.name, ip: clash.ip, one: one.title, other: other.title };
  const notes = [one, other].flatMap(originNotes);
  return rules.clash.at(placeOf(other, clash.name) ?? placeOf(one, clash.name), args, notes);
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

/** The place in the inventory that causes a definition; preferred is a value that is part of the thing's name. */
function placeOf({ inputs }: OriginOfSide, name: string): Place | undefined {
  const placed = inputs.flatMap((input) => {
    if (input.kind !== 'parameter') return [];
    const place = input.host.parameters.place(input.name, input.path);
    const value = valueAt(input.host.parameters.values[input.name] ?? null, input.path);
    return place ? [{ place, isNamed: typeof value !== 'boolean' && name.includes(String(value)) }] : [];
  });
  return (placed.find(({ isNamed }) => isNamed) ?? placed[0])?.place;
}
