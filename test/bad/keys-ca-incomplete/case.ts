import { renameSync } from 'node:fs';
import type { BadCase } from '../../support/bad-case.ts';

const run: BadCase = async (scene) => {
  const build = () => scene.pigsty('build -q --config-only inventory.yml');
  await build();
  renameSync(scene.path('inventory.pki', 'ca.key'), scene.path('ca.key'));
  const withoutKey = await build();
  renameSync(scene.path('inventory.pki', 'ca.crt'), scene.path('ca.crt'));
  return `${withoutKey}\n${await build()}`;
};

export default run;
