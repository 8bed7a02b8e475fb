import type { Site } from './site.ts';

/** Caches a result for each site: modules need it for every host. */
export function perSite<T>(compute: (site: Site) => T): (site: Site) => T {
  const known = new WeakMap<Site, { readonly value: T }>();
  return (site) => {
    const found = known.get(site) ?? { value: compute(site) };
    known.set(site, found);
    return found.value;
  };
}
