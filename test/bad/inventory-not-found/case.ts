import type { BadCase } from '../../support/bad-case.ts';

const run: BadCase = async (scene) => {
  const named = await scene.pigsty('validate site.yml');
  return named + (await scene.pigsty('validate', { PIGSTY_INVENTORY: 'site.yml' }));
};

export default run;
