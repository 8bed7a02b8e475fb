import type { BadCase } from '../../support/bad-case.ts';
import { buildSample } from '../../support/sample-image.ts';

const run: BadCase = (scene) => {
  const files = { 'usr/share/app': { text: 'app' } };
  return buildSample(scene, { packages: [{ name: 'app', depends: 'no-such-package', files }] });
};

export default run;
