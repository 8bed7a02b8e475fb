import { writeFileSync } from 'node:fs';
import type { BadCase } from '../../support/bad-case.ts';
import { buildSample } from '../../support/sample-image.ts';

const library = { name: 'library', files: { 'usr/lib/library.so': { text: 'library' } } };
const run: BadCase = (scene) =>
  buildSample(scene, {
    packages: [library],
    change: (file) => writeFileSync(file, 'no archive'),
  });

export default run;
