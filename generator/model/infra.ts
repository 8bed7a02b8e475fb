import type { HostIp } from './brand.ts';
import { perSite } from './per-site.ts';

/** The hosts of the fixed group `infra` (pigsty.md section 1), which defaults of several modules point at. */
export const infraIps = perSite((site): readonly HostIp[] =>
  site.hosts.filter(({ groups }) => groups.includes('infra')).map(({ ip }) => ip),
);
