import { Unreachable } from '../model/brand.ts';
import type { Value } from '../model/inventory.ts';
import type { Origin, Path } from '../model/origin.ts';
import type { Parameter } from '../model/parameter.ts';
import type { Parameters, Site, SiteHost } from '../model/site.ts';
import { isHostIp } from '../text/address.ts';
import { otherValues } from './other-values.ts';

/**
 * Something that an inventory says: a value inside a parameter as one scope sets it or as it is by default, the address
 * of a host, or that a host is in a group. `host` is one that it holds for.
 */
export type SiteInput =
  | { readonly kind: 'parameter'; readonly host: SiteHost; readonly name: string; readonly path: Path }
  | { readonly kind: 'address'; readonly host: SiteHost }
  | { readonly kind: 'group'; readonly host: SiteHost; readonly name: string };

/** Sites where that one input is another, and nothing else; the first of them that shows anything is enough. */
export type OtherSites = { readonly input: SiteInput; readonly sites: Iterable<Site> };

/** What is read of the parameters of hosts. */
export type Reads = { has(host: SiteHost, name: string): boolean };

/** The site, and what has been read of it so far. */
export function watchReads(site: Site): { readonly site: Site; readonly reads: Reads } {
  const seen = new Set<string>();
  const key = ({ ip }: SiteHost, name: string) => `${ip} ${name}`;
  const hosts = site.hosts.map((host) => {
    const note = (name: string) => void seen.add(key(host, name));
    return { ...host, parameters: watchParameters(host.parameters, note) };
  });
  return { site: { ...site, hosts }, reads: { has: (host, name) => seen.has(key(host, name)) } };
}

function watchParameters(parameters: Parameters, note: (name: string) => void): Parameters {
  const values = new Proxy(parameters.values, {
    get: (target, name) => {
      note(String(name));
      return Reflect.get(target, name);
    },
    has: (target, name) => {
      note(String(name));
      return Reflect.has(target, name);
    },
  });
  const origin = (name: string) => {
    note(name);
    return parameters.origin(name);
  };
  return { ...parameters, values, origin };
}

/** Which inputs of a site are meant: parameters of `rows` that were read; `host` is named for those that it shares. */
type Scope = {
  readonly host: SiteHost;
  readonly rows: ReadonlyMap<string, Parameter>;
  readonly reads: Reads;
};

/** The site with each of its inputs changed. */
export function* otherSites(site: Site, scope: Scope): Generator<OtherSites> {
  for (const setting of settingsOf(site, scope)) yield* withOtherValues(site, setting, scope.host);
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

/** One parameter as one scope sets it, or as nobody sets it, and the hosts that it holds for. */
type Setting = { readonly row: Parameter; readonly value: Value; readonly hosts: SiteHost[] };

function settingsOf(site: Site, { rows, reads }: Scope): Setting[] {
  const found = new Map<Origin | string, Setting[]>();
  for (const row of rows.values()) {
    for (const host of site.hosts) {
      const value = host.parameters.values[row.name];
      if (value === undefined) continue;
      const origin = host.parameters.origin(row.name);
      const key = origin.scope === 'default' ? row.name : origin;
      const ofOrigin = found.get(key) ?? [];
      // What refers to other parameters is not the same everywhere.
      const known = ofOrigin.find((setting) => setting.value === value);
      if (known) known.hosts.push(host);
      else found.set(key, [...ofOrigin, { row, value, hosts: [host] }]);
    }
  }
  const isRead = ({ row, hosts }: Setting) => hosts.some((host) => reads.has(host, row.name));
  return [...found.values()].flat().filter(isRead);
}

function withOtherValues(site: Site, { row, value, hosts }: Setting, preferred: SiteHost): OtherSites[] {
  const host = hosts.find((one) => one === preferred) ?? hosts[0];
  if (!host) return [];
  return otherValues(row, value).map(({ path, values }) => ({
    input: { kind: 'parameter', host, name: row.name, path },
    sites: (function* () {
      for (const other of values) yield withHosts(site, hosts, (one) => withValue(one, row.name, other));
    })(),
  }));
}

function withValue(host: SiteHost, name: string, value: Value): SiteHost {
  const { parameters } = host;
  const values = Object.assign(Object.create(Object.getPrototypeOf(parameters.values)), parameters.values, {
    [name]: value,
  });
  const set: Origin = { scope: 'all', name: 'all', locate: host.locate };
  const origin = (asked: string) => {
    const known = parameters.origin(asked);
    return asked === name && known.scope === 'default' ? set : known;
  };
  return { ...host, parameters: { ...parameters, values, origin } };
}

function withHosts(site: Site, changed: readonly SiteHost[], change: (host: SiteHost) => SiteHost): Site {
  return { ...site, hosts: site.hosts.map((host) => (changed.includes(host) ? change(host) : host)) };
}

/** Of the last addresses that are kept for documentation (RFC 5737). */
function unusedIp({ hosts }: Site): SiteHost['ip'] {
  for (let last = 254; last > 0; last -= 1) {
    const ip = `203.0.113.${last}`;
    if (isHostIp(ip) && !hosts.some((host) => host.ip === ip)) return ip;
  }
  throw new Unreachable('every address of 203.0.113.0/24 is taken');
}
