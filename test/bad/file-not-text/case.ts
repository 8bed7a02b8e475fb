import { writeFileSync } from 'node:fs';
import type { BadCase } from '../../support/bad-case.ts';

const run: BadCase = (scene) => {
  writeFileSync(scene.path('schema.sql'), Buffer.from('-- caf\u00e9', 'latin1'));
  return scene.pigsty('validate inventory.yml');
};

export default run;
