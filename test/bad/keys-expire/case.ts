import type { BadCase } from '../../support/bad-case.ts';

/* Certificates of 2017, whose two years are over; a build of today renews them. */
const run: BadCase = async (scene) => {
  const old = await scene.pigsty('build --config-only inventory.yml', { SOURCE_DATE_EPOCH: '1500000000' });
  const found = await scene.pigsty('validate inventory.yml');
  const renewed = await scene.pigsty('build --config-only inventory.yml');
  return [old, found, renewed, await scene.pigsty('validate inventory.yml')].join('\n');
};

export default run;
