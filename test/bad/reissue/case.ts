import type { BadCase } from '../../support/bad-case.ts';

/* Names that are not those of hosts. */
const run: BadCase = async (scene) => {
  await scene.pigsty('build --config-only inventory.yml');
  return [
    await scene.pigsty('reissue -i inventory.yml 10.10.10.1'),
    await scene.pigsty('reissue -i inventory.yml ca ../site'),
  ].join('\n');
};

export default run;
