import { mkdirSync, writeFileSync } from 'node:fs';
import type { BadCase } from '../../support/bad-case.ts';

const run: BadCase = async (scene) => {
  mkdirSync(scene.path('folder.yml'));
  writeFileSync(scene.path('latin1.yml'), Buffer.from('all: { vars: { region: "\u00ce" } }', 'latin1'));
  return (await scene.pigsty('validate folder.yml')) + (await scene.pigsty('validate latin1.yml'));
};

export default run;
