import type { Contribution } from '../../model/module.ts';
import type { Site, SiteHost } from '../../model/site.ts';
import { journalContribution } from './journal.ts';

/** The monitoring centre on one host (docs/decisions/monitoring.md). */
export function planInfra(host: SiteHost, site: Site): Contribution {
  return journalContribution(host, site);
}
