import type { BadCase } from '../../support/bad-case.ts';
import { withTmpfs } from '../../support/tmpfs.ts';

const run: BadCase = (scene) =>
  withTmpfs(scene.path('out'), 64, () => scene.pigsty('build inventory.yml -q --config-only'));

export default run;
