import type { SiteHosts } from './site.ts';

/** Caches a result for each site, with or without its files: modules need it for every host. */
export function perSite<T>(compute: (site: SiteHosts) => T): (site: SiteHosts) => T {
  const known = new WeakMap<SiteHosts['hosts'], { readonly value: T }>();
  return (site) => {
    const found = known.get(site.hosts) ?? { value: compute(site) };
    known.set(site.hosts, found);
    return found.value;
  };
}
