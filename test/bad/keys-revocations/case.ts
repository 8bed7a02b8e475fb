import { writeFileSync } from 'node:fs';
import type { BadCase } from '../../support/bad-case.ts';

/* The list of revoked certificates is not one. */
const run: BadCase = async (scene) => {
  await scene.pigsty('build --config-only inventory.yml');
  writeFileSync(scene.path('inventory.pki', 'revoked.json'), '{ "ca": "');
  return scene.pigsty('build --config-only inventory.yml');
};

export default run;
