import type { BadCase } from '../../support/bad-case.ts';

const run: BadCase = async (scene) => {
  const asked = [
    '--user app --db app',
    '--user app --db app --from home',
    '--user app --db app --from local --cluster pg-mta',
    '--user app --db app --from local',
  ];
  const answers = [];
  for (const one of asked) answers.push(await scene.pigsty(`explain hba ${one} -i inventory.yml`));
  return answers.join('\n');
};

export default run;
