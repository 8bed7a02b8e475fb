import { writeFileSync } from 'node:fs';
import type { BadCase } from '../../support/bad-case.ts';

/* An apt that is not there, one that has no sources, one whose mirror does not answer. */
const run: BadCase = async (scene) => {
  const lock = (env: NodeJS.ProcessEnv) => scene.pigsty('lock inventory.yml -q', env);
  const none = { PIGSTY_MIRROR_DEBIAN: '', PIGSTY_MIRROR_DEBIAN_SECURITY: '' };
  const config = scene.path('apt.conf');
  writeFileSync(config, 'Dir::Etc::sourcelist "/dev/null";\nDir::Etc::sourceparts "/dev/null";\n');
  const withoutApt = await lock({ PATH: scene.directory });
  const withoutSources = await lock({ ...none, APT_CONFIG: config });
  return [withoutApt, withoutSources, await lock({})].join('\n');
};

export default run;
