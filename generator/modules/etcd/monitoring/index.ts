import type { RuleGroup } from '../../../model/monitoring.ts';
import type { Site } from '../../../model/site.ts';
import { ruleSettings } from '../../rule-settings.ts';
import { electionTimes, etcdMembers } from '../members.ts';
import { etcdAlerts } from './alerts.ts';
import { etcdRules } from './rules.ts';

/** All rules of the module; none without etcd. */
export function ruleGroups(site: Site): RuleGroup[] {
  const members = etcdMembers(site);
  if (members.length === 0) return [];
  const heartbeatSeconds = electionTimes(members).heartbeatMilliseconds / 1000;
  return [
    ...etcdRules(ruleSettings(site).ranges),
    ...etcdAlerts({ members: members.length, heartbeatSeconds }),
  ];
}
