import { perSite } from '../../model/per-site.ts';
import type { SiteHost } from '../../model/site.ts';

/** An entry of a list of servers that is a host of the site without that service. */
export type Unserved = {
  readonly parameter: string;
  readonly index: number;
  readonly ip: string;
  readonly what: string;
};

/** The hosts of a site by address. */
export const hostByIp = perSite(
  (site): ReadonlyMap<string, SiteHost> => new Map(site.hosts.map((host) => [String(host.ip), host])),
);
