import { defineModule, settingsOf } from '../../model/module.ts';
import { rows } from './params.ts';

export const docker = defineModule({
  name: 'docker',
  rows,
  isOn: (host) => settingsOf(host).docker_enabled,
});
