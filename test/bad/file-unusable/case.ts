import { writeFileSync } from 'node:fs';
import type { BadCase } from '../../support/bad-case.ts';

const run: BadCase = (scene) => {
  writeFileSync(scene.path('file'), '');
  return scene.pigsty('build inventory.yml -q --config-only -o file');
};

export default run;
