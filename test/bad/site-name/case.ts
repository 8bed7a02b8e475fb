import { mkdirSync, readdirSync, renameSync } from 'node:fs';
import type { BadCase } from '../../support/bad-case.ts';

/* The name of the inventory is the name of the site: of directories, and a word of each bundle's manifest. */
const NAMES = ['...yml', 'my inv.yml', '-q.yml', '.yml', 'a\nb.yml', `${'a'.repeat(120)}.yml`];

const run: BadCase = async (scene) => {
  mkdirSync(scene.path("odd dir, $%'é"));
  const answers = [];
  let file = scene.path('inventory.yml');
  for (const name of NAMES) {
    renameSync(file, scene.path(name));
    file = scene.path(name);
    answers.push(await scene.pigsty(['validate', '-q', '-i', `./${name}`]));
    answers.push(await scene.pigsty(['build', '-q', '--config-only', '-i', `./${name}`]));
  }
  const odd = scene.path("odd dir, $%'é", 'my.inv.yml');
  renameSync(file, odd);
  answers.push(await scene.pigsty(['build', '-q', '--config-only', odd, '-o', scene.path('out')]));
  const made = readdirSync(scene.path('out', 'my.inv')).join(' ');
  return `${answers.join('\n')}\nout/my.inv: ${made}\nbeside: ${readdirSync(scene.path("odd dir, $%'é")).join(' ')}\n`;
};

export default run;
