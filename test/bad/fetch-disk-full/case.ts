import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import type { BadCase } from '../../support/bad-case.ts';
import { buildSample } from '../../support/sample-image.ts';
import { withTmpfs } from '../../support/tmpfs.ts';

const run: BadCase = (scene) => {
  const text = randomBytes(100_000).toString('hex');
  const packages = [{ name: 'library', files: { 'usr/lib/library.so': { text } } }];
  mkdirSync(scene.path('cache'));
  return withTmpfs(scene.path('cache/packages'), 64, () => buildSample(scene, { packages }));
};

export default run;
