import type { BadCase } from '../../support/bad-case.ts';
import { buildSample } from '../../support/sample-image.ts';

/* Two packages that hold one file, and a program and a file that none of them has. */
const run: BadCase = (scene) => {
  const files = { 'usr/bin/tool': { text: 'tool', mode: 0o755 } };
  const needs = [{ path: 'usr/share/tool/gis.control', name: 'extension `gis`' }];
  return buildSample(scene, { packages: ['tool', 'tool-ng'].map((name) => ({ name, files })), needs });
};

export default run;
