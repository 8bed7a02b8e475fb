import type { RuleGroup } from '../../../model/monitoring.ts';
import type { Site } from '../../../model/site.ts';
import { ruleSettings } from '../../rule-settings.ts';
import { infraAlerts } from './alerts.ts';
import { infraRules } from './rules.ts';

/** All rules of the module. */
export function ruleGroups(site: Site): RuleGroup[] {
  return [...infraRules(), ...infraAlerts(ruleSettings(site))];
}
