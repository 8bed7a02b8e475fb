import { defineModule } from '../../model/module.ts';
import { rows } from './params.ts';
import { checkInfra } from './rules.ts';

export const infra = defineModule({
  name: 'infra',
  rows,
  isOn: ({ groups }) => groups.includes('infra'),
  check: checkInfra,
});
