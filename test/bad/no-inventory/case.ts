import { mkdirSync } from 'node:fs';
import type { BadCase } from '../../support/bad-case.ts';

/* The search ends at the root of a version-controlled tree. */
const run: BadCase = (scene) => {
  mkdirSync(scene.path('.git'));
  return scene.pigsty('validate');
};

export default run;
