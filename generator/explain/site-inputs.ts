import { Unreachable } from '../model/brand.ts';
import type { Value } from '../model/inventory.ts';
import type { Origin, Path } from '../model/origin.ts';
import type { Parameter } from '../model/parameter.ts';
import type { Parameters, Site, SiteHost } from '../model/site.ts';
import { isHostIp } from '../text/address.ts';
import { changedValues } from './changed-values.ts';

/**
 * One input of a site: a value inside a parameter as set in one scope or by default, the address of a host, or the
 * membership of a host in a group. `host` is one of the hosts that it applies to.
 */
export type SiteInput =
  | { readonly kind: 'parameter'; readonly host: SiteHost; readonly name: string; readonly path: Path }
  | { readonly kind: 'address'; readonly host: SiteHost }
  | { readonly kind: 'group'; readonly host: SiteHost; readonly name: string };

/** Sites with this one input changed; `explain` uses the first that changes the plan. */
export type ChangedSites = { readonly input: SiteInput; readonly sites: Iterable<Site> };

/** Which parameters of which hosts have been read. */
export type Reads = { has(host: SiteHost, name: string): boolean };

/** The site with recorded reads, and the reads so far. */
export function watchReads(site: Site): { readonly site: Site; readonly reads: Reads } {
  const seen = new Set<string>();
  const key = ({ ip }: SiteHost, name: string) => `${ip} ${name}`;
  const hosts = site.hosts.map((host) => {
    const record = (name: string) => void seen.add(key(host, name));
    return { ...host, parameters: watchParameters(host.parameters, record) };
  });
  return { site: { ...site, hosts }, reads: { has: (host, name) => seen.has(key(host, name)) } };
}

function watchParameters(parameters: Parameters, record: (name: string) => void): Parameters {
  const values = new Proxy(parameters.values, {
    get: (target, name) => {
      record(String(name));
      return Reflect.get(target, name);
    },
    has: (target, name) => {
      record(String(name));
      return Reflect.has(target, name);
    },
  });
  const origin = (name: string) => {
    record(name);
    return parameters.origin(name);
  };
  return { ...parameters, values, origin };
}

/** The inputs to change: parameters of `rows` that were read. `host` is preferred where an input applies to several. */
type Scope = {
  readonly host: SiteHost;
  readonly rows: ReadonlyMap<string, Parameter>;
  readonly reads: Reads;
};

/** The site with each of its inputs changed. */
export function* changedSites(site: Site, scope: Scope): Generator<ChangedSites> {
  for (const setting of scopedValues(site, scope)) yield* withChangedValues(site, setting, scope.host);
  const moved = unusedIp(site);
  for (const host of site.hosts) {
    const move = (one: SiteHost) => ({ ...one, ip: moved });
    yield { input: { kind: 'address', host }, sites: [withHosts(site, [host], move)] };
    for (const name of host.groups) {
      const leave = (one: SiteHost) => ({ ...one, groups: one.groups.filter((group) => group !== name) });
      yield { input: { kind: 'group', host, name }, sites: [withHosts(site, [host], leave)] };
    }
  }
}

/** One parameter as set in one scope or by default, and the hosts that it applies to. */
type ScopedValue = { readonly row: Parameter; readonly value: Value; readonly hosts: SiteHost[] };

function scopedValues(site: Site, { rows, reads }: Scope): ScopedValue[] {
  const found = new Map<Origin | string, ScopedValue[]>();
  for (const row of rows.values()) {
    for (const host of site.hosts) {
      const value = host.parameters.values[row.name];
      if (value === undefined) continue;
      const origin = host.parameters.origin(row.name);
      const key = origin.scope === 'default' ? row.name : origin;
      const ofOrigin = found.get(key) ?? [];
      // Values with references differ between hosts.
      const known = ofOrigin.find((setting) => setting.value === value);
      if (known) known.hosts.push(host);
      else found.set(key, [...ofOrigin, { row, value, hosts: [host] }]);
    }
  }
  const isRead = ({ row, hosts }: ScopedValue) => hosts.some((host) => reads.has(host, row.name));
  return [...found.values()].flat().filter(isRead);
}

function withChangedValues(
  site: Site,
  { row, value, hosts }: ScopedValue,
  preferred: SiteHost,
): ChangedSites[] {
  const host = hosts.find((one) => one === preferred) ?? hosts[0];
  if (!host) return [];
  return changedValues(row, value).map(({ path, values }) => ({
    input: { kind: 'parameter', host, name: row.name, path },
    sites: (function* () {
      for (const changed of values) yield withHosts(site, hosts, (one) => withValue(one, row.name, changed));
    })(),
  }));
}

function withValue(host: SiteHost, name: string, value: Value): SiteHost {
  const { parameters } = host;
  const values = Object.assign(Object.create(Object.getPrototypeOf(parameters.values)), parameters.values, {
    [name]: value,
  });
  const set: Origin = { scope: 'all', name: 'all', locate: host.locate };
  const origin = (queried: string) => {
    const known = parameters.origin(queried);
    return queried === name && known.scope === 'default' ? set : known;
  };
  return { ...host, parameters: { ...parameters, values, origin } };
}

function withHosts(site: Site, changed: readonly SiteHost[], change: (host: SiteHost) => SiteHost): Site {
  return { ...site, hosts: site.hosts.map((host) => (changed.includes(host) ? change(host) : host)) };
}

/** An unused address, from a network that is reserved for documentation (RFC 5737). */
function unusedIp({ hosts }: Site): SiteHost['ip'] {
  for (let last = 254; last > 0; last -= 1) {
    const ip = `203.0.113.${last}`;
    if (isHostIp(ip) && !hosts.some((host) => host.ip === ip)) return ip;
  }
  throw new Unreachable('every address of 203.0.113.0/24 is taken');
}
