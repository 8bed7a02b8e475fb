import { chmodSync, writeFileSync } from 'node:fs';
import type { BadCase } from '../../support/bad-case.ts';

const run: BadCase = async (scene) => {
  const build = () => scene.pigsty('build -q --config-only inventory.yml');
  const siteKey = scene.path('inventory.pki', 'site.key');
  const answers = [await build()];
  chmodSync(scene.path('inventory.pki', 'ca.key'), 0o644);
  answers.push(await build());
  chmodSync(scene.path('inventory.pki', 'ca.key'), 0o600);
  for (const text of ['', '\n', 'abc', 'z'.repeat(64)]) {
    writeFileSync(siteKey, text);
    answers.push(await build());
  }
  return answers.join('\n');
};

export default run;
