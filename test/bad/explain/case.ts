import type { BadCase } from '../../support/bad-case.ts';

const run: BadCase = async (scene) => {
  const asked = [
    '10.10.10.12 pg_port',
    'pg-nowhere pg_port',
    '10.10.10.10 pg_prt',
    '10.10.10.10',
    '10.10.10.10 etc/host',
    '10.10.10.10 etc/hosts:999',
  ];
  const answers = [];
  for (const one of asked) answers.push(await scene.pigsty(`explain ${one} -i inventory.yml`));
  return answers.join('\n');
};

export default run;
