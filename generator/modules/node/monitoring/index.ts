import type { RuleGroup } from '../../../model/monitoring.ts';
import type { Site } from '../../../model/site.ts';
import { ruleSettings } from '../../rule-settings.ts';
import { nodeAlerts } from './alerts.ts';
import { nodeRules } from './rules.ts';

/** All rules of the module. */
export function ruleGroups(site: Site): RuleGroup[] {
  const { ranges, certificateDays } = ruleSettings(site);
  return [...nodeRules(ranges), ...nodeAlerts(certificateDays)];
}
