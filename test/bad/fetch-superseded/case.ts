import type { BadCase } from '../../support/bad-case.ts';
import { buildSample } from '../../support/sample-image.ts';

const library = { name: 'library', files: { 'usr/lib/library.so': { text: 'library' } } };
const run: BadCase = (scene) =>
  buildSample(scene, {
    packages: [library],
    beforeFetch: ({ faults }) => void faults.set('library_1.0_amd64.deb', { kind: 'missing' }),
  });

export default run;
