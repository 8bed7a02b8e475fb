import type { BadCase } from '../../support/bad-case.ts';
import { withTmpfs } from '../../support/tmpfs.ts';

const run: BadCase = (scene) =>
  withTmpfs(scene.path('cache'), 4_000, () => scene.pigsty('lock inventory.yml -q'));

export default run;
