import { mkdirSync, writeFileSync } from 'node:fs';
import { createCa } from '../../../generator/effects/certificates.ts';
import type { BadCase } from '../../support/bad-case.ts';

/* An authority of 1900, whose hundred years are over. */
const run: BadCase = async (scene) => {
  const { certificate, key } = await createCa('pigsty-ca', new Date('1900-01-01'));
  mkdirSync(scene.path('inventory.pki'), { recursive: true });
  writeFileSync(scene.path('inventory.pki', 'ca.crt'), certificate);
  writeFileSync(scene.path('inventory.pki', 'ca.key'), key, { mode: 0o600 });
  return scene.pigsty('build --config-only inventory.yml');
};

export default run;
