import { offer } from '../../model/facts.ts';
import { defineModule } from '../../model/module.ts';
import { RuleGroup } from '../../model/monitoring.ts';
import { ruleGroups } from './monitoring/index.ts';
import { rows } from './params.ts';
import { checkInfra } from './rules.ts';

export const infra = defineModule({
  name: 'infra',
  rows,
  isOn: ({ groups }) => groups.includes('infra'),
  check: checkInfra,
  offer: (site) => [offer(RuleGroup, ruleGroups(site))],
});
