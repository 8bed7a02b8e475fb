import { offer } from '../../model/facts.ts';
import { defineModule } from '../../model/module.ts';
import { DashboardPage } from '../../model/monitoring.ts';
import { INFRA_PAGES } from './monitoring/pages.ts';
import { rows } from './params.ts';

export const infra = defineModule({
  name: 'infra',
  rows,
  isOn: ({ groups }) => groups.includes('infra'),
  offer: () => [offer(DashboardPage, INFRA_PAGES)],
});
