import type { BadCase } from '../../support/bad-case.ts';
import { buildSample } from '../../support/sample-image.ts';

const run: BadCase = async (scene) => {
  const files = { 'usr/share/server': { text: 'server' } };
  const packages = ['postgresql-15', 'postgresql-17'].map((name) => ({ name, files }));
  const some = await buildSample(scene, { packages });
  return `${some}\n${await buildSample(scene, { packages: [{ name: 'psql', files }] })}`;
};

export default run;
