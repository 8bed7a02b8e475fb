import type { BadCase } from '../../support/bad-case.ts';
import { buildSample } from '../../support/sample-image.ts';

const run: BadCase = (scene) => buildSample(scene, { packages: [] });

export default run;
