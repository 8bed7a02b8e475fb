import type { HostIp } from './brand.ts';
import { settingsOf } from './module.ts';
import { perSite } from './per-site.ts';
import type { SiteHost } from './site.ts';

/** The hosts of the fixed group `infra` (pigsty.md section 1), which defaults of several modules point at. */
export const infraIps = perSite((site): readonly HostIp[] =>
  site.hosts.filter(({ groups }) => groups.includes('infra')).map(({ ip }) => ip),
);

/** The infra hosts that store journals. */
export const journalReceivers = perSite((site): readonly SiteHost[] =>
  site.hosts.filter((host) => host.groups.includes('infra') && settingsOf(host).journal_enabled),
);
