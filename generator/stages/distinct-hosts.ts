import type { Module } from '../model/module.ts';
import type { Site, SiteHost } from '../model/site.ts';

/**
 * One host of each kind. Hosts of one kind have the same modules, the same set of parameters, and the same values of the
 * parameters in `named`, which name accounts and paths on a host.
 */
export function distinctHosts(
  site: Site,
  modules: readonly Module[],
  named: readonly string[],
): readonly SiteHost[] {
  const byKind = new Map<string, SiteHost>();
  for (const host of site.hosts) {
    const kind = kindOf(host, modules, named);
    if (!byKind.has(kind)) byKind.set(kind, host);
  }
  return [...byKind.values()];
}

function kindOf(host: SiteHost, modules: readonly Module[], named: readonly string[]): string {
  const { values } = host.parameters;
  return [
    ...modules.flatMap((module) => (module.isOn(host) ? module.name : [])),
    ...Object.keys(values),
    ...named.map((name) => String(values[name])),
  ].join('\0');
}
