import type { BadCase } from '../../support/bad-case.ts';
import { buildSample } from '../../support/sample-image.ts';

/* Two packages that hold one file, and a program that none of them has. */
const run: BadCase = (scene) => {
  const files = { 'usr/bin/tool': { text: 'tool', mode: 0o755 } };
  return buildSample(scene, { packages: ['tool', 'tool-ng'].map((name) => ({ name, files })) });
};

export default run;
