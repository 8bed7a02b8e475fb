import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import type { BadCase } from '../../support/bad-case.ts';

/* A file that an inventory names is a text beside it, and nothing else of the machine that builds. */
const run: BadCase = async (scene) => {
  const text = readFileSync(scene.path('inventory.yml'), 'utf8');
  mkdirSync(scene.path('site', 'files'), { recursive: true });
  renameSync(scene.path('inventory.yml'), scene.path('site', 'inventory.yml'));
  writeFileSync(scene.path('secret.sql'), 'SELECT 1;\n');
  symlinkSync('../../secret.sql', scene.path('site', 'files', 'link.sql'));
  symlinkSync('/dev/zero', scene.path('site', 'zero.sql'));
  execFileSync('mkfifo', [scene.path('site', 'pipe.sql')]);
  writeFileSync(scene.path('site', 'huge.sql'), '');
  truncateSync(scene.path('site', 'huge.sql'), 2 ** 34);
  writeFileSync(scene.path('site', 'files', 'own.sql'), 'SELECT 1;\n');
  symlinkSync('own.sql', scene.path('site', 'files', 'inside.sql'));
  const names = ['../secret.sql', '/etc/shadow', '/dev/zero', 'link.sql', 'zero.sql', 'pipe.sql', 'huge.sql'];
  const answers = [];
  for (const name of [...names, 'files', 'inside.sql']) {
    writeFileSync(scene.path('site', 'inventory.yml'), text.replace('BASELINE', name));
    answers.push(`${name}:\n${await scene.pigsty('validate -q site/inventory.yml')}`);
  }
  answers.push(await scene.pigsty('validate -q /dev/zero'));
  return answers.join('\n');
};

export default run;
