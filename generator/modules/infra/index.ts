import { offer } from '../../model/facts.ts';
import { defineModule } from '../../model/module.ts';
import { ruleGroups } from './monitoring/index.ts';
import { DashboardPage, RuleGroup } from '../../model/monitoring.ts';
import { INFRA_PAGES } from './monitoring/pages.ts';
import { rows } from './params.ts';
import { checkInfra } from './rules.ts';

export const infra = defineModule({
  name: 'infra',
  rows,
  isOn: ({ groups }) => groups.includes('infra'),
  check: checkInfra,
  offer: (site) => [offer(RuleGroup, ruleGroups(site)), offer(DashboardPage, INFRA_PAGES)],
});
