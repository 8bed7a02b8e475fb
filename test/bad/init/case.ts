import { writeFileSync } from 'node:fs';
import type { BadCase } from '../../support/bad-case.ts';

const run: BadCase = async (scene) => {
  writeFileSync(scene.path('mine.yml'), 'all: {}\n');
  const asked = [
    'best --hosts 10.1.1.1',
    'meta',
    'trio --hosts 10.1.1.1',
    'trio --hosts 10.1.1.1,10.1.1.1,10.1.1',
    'meta --hosts 10.1.1.1 -o mine.yml',
  ];
  const answers = [];
  for (const one of asked) answers.push(await scene.pigsty(`init ${one}`));
  return answers.join('\n');
};

export default run;
