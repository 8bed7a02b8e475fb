import type { RuleGroup } from '../../../model/monitoring.ts';
import type { Site } from '../../../model/site.ts';
import { ruleSettings } from '../../rule-settings.ts';
import { pgsqlAlerts } from './alerts.ts';
import { pgsqlLimits } from './limits.ts';
import { pgsqlRules } from './rules.ts';

/** All rules of the module, for the clusters of the site and for servers outside it. */
export function ruleGroups(site: Site): RuleGroup[] {
  const { ranges } = ruleSettings(site);
  return [...pgsqlRules(ranges), ...pgsqlAlerts(pgsqlLimits(site))];
}
