import { silent } from '../../../generator/effects/progress.ts';
import { resolveLock } from '../../../generator/lock/resolve.ts';
import { startArchive } from '../../support/archive.ts';
import { type BadCase, printAll } from '../../support/bad-case.ts';
import { removeTree } from '../../support/process.ts';

const packageOf = (version: string) => ({
  name: 'app',
  version,
  files: { 'usr/share/app': { text: version } },
});

/** An archive of the inventory has a newer version of what the platform has. */
const run: BadCase = async (scene) => {
  const [own, added] = [await startArchive(scene.path('own')), await startArchive(scene.path('added'))];
  try {
    own.publish([packageOf('1.0')]);
    added.publish([packageOf('2.0')]);
    const request = {
      name: 'sample',
      platform: 'test',
      absent: [],
      packages: [{ name: 'app', askedBy: 'pg_extensions' }],
    };
    const { diagnostics } = await resolveLock([request], {
      cache: scene.path('cache'),
      environment: {
        ...process.env,
        PIGSTY_MIRROR_DEBIAN: own.address,
        http_proxy: '',
        no_proxy: '127.0.0.1',
      },
      platforms: new Map([['test', { ...own.platform, sources: [added.source] }]]),
      progress: silent,
    });
    return printAll(diagnostics);
  } finally {
    await own.close();
    await added.close();
    removeTree(own.directory);
    removeTree(added.directory);
  }
};

export default run;
