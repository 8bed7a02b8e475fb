import { writeFileSync } from 'node:fs';
import type { BadCase } from '../../support/bad-case.ts';

/* A damaged certificate is issued anew; one of the authority cannot be. */
const run: BadCase = async (scene) => {
  await scene.pigsty('build --config-only inventory.yml');
  writeFileSync(scene.path('inventory.pki', 'etcd-1.crt'), 'damaged\n');
  await scene.pigsty('build --config-only inventory.yml');
  writeFileSync(scene.path('inventory.pki', 'ca.crt'), 'damaged\n');
  return scene.pigsty('build --config-only inventory.yml');
};

export default run;
