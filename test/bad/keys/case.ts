import { writeFileSync } from 'node:fs';
import { createCa } from '../../../generator/effects/certificates.ts';
import type { BadCase } from '../../support/bad-case.ts';

/* Keys are made once; again, when the authority or the file of a key has changed. */
const run: BadCase = async (scene) => {
  const build = () => scene.pigsty('build --config-only inventory.yml');
  const first = await build();
  const ca = await createCa('other', new Date());
  writeFileSync(scene.path('inventory.pki', 'ca.crt'), ca.certificate);
  writeFileSync(scene.path('inventory.pki', 'ca.key'), ca.key);
  writeFileSync(scene.path('inventory.pki', 'ssh-dba@pg-meta.key'), 'no key\n');
  return `${first}\n${await build()}`;
};

export default run;
