import { defineModule, settingsOf } from '../../model/module.ts';
import { rows } from './params.ts';

export const redis = defineModule({
  name: 'redis',
  rows,
  isOn: (host) => settingsOf(host).redis_cluster !== undefined,
});
