import { defineModule } from '../../model/module.ts';
import { rows } from './params.ts';

export const minio = defineModule({
  name: 'minio',
  rows,
  isOn: ({ groups }) => groups.includes('minio'),
});
