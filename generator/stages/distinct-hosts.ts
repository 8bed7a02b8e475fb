import type { Module } from '../model/module.ts';
import type { Site, SiteHost } from '../model/site.ts';

/** So many hosts are planned in less time than Node takes to start. */
const FEW = 100;

/**
 * All hosts of a small site, one host of each kind of a large one. Hosts of one kind have the same modules and the same
 * values of the parameters in `named`, which name accounts and paths on a host. A build looks at every host.
 */
export function distinctHosts(
  site: Site,
  modules: readonly Module[],
  named: readonly string[],
): readonly SiteHost[] {
  if (site.hosts.length <= FEW) return site.hosts;
  const byKind = new Map<string, SiteHost>();
  const names = new Set(named);
  for (const host of site.hosts) {
    const kind = kindOf(host, modules, names);
    if (!byKind.has(kind)) byKind.set(kind, host);
  }
  return [...byKind.values()];
}

function kindOf(host: SiteHost, modules: readonly Module[], named: ReadonlySet<string>): string {
  const { values } = host.parameters;
  const set = Object.keys(values).filter((name) => named.has(name));
  return [
    ...modules.flatMap((module) => (module.isOn(host) ? module.name : [])),
    ...set.map((name) => `${name}=${String(values[name])}`),
  ].join('\0');
}
