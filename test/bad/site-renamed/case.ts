import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { BadCase } from '../../support/bad-case.ts';

/* The inventory of a site is renamed, copied, or one among several. */
const run: BadCase = async (scene) => {
  const build = (name: string) => scene.pigsty(`build --config-only ${name}.yml`);
  await build('inventory');
  const key = () => readFileSync(scene.path('inventory.pki', 'site.key'), 'utf8');
  const made = key();
  renameSync(scene.path('inventory.yml'), scene.path('renamed.yml'));
  const renamed = await build('renamed');
  if (key() !== made) throw new Error('the keys are others');
  renameSync(scene.path('renamed.yml'), scene.path('inventory.yml'));
  cpSync(scene.path('inventory.yml'), scene.path('copied.yml'));
  const copied = await build('copied');
  rmSync(scene.path('copied.yml'));
  renameSync(scene.path('inventory.yml'), scene.path('renamed.yml'));
  const oneOfTwo = await build('renamed');
  rmSync(scene.path('copied.pki'), { recursive: true });
  rmSync(scene.path('inventory.site.json'));
  const unrecorded = await build('renamed');
  writeFileSync(scene.path('inventory.site.json'), '{ "hosts": {} }');
  return [renamed, copied, oneOfTwo, unrecorded, await build('renamed')].join('\n');
};

export default run;
