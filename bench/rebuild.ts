import { join } from 'node:path';
import { mustRun } from '../test/support/process.ts';
import { mustPigsty, PROGRAM, type Workshop } from '../test/support/product.ts';
import { copyToRepository } from './apt-repository.ts';
import { changePackage } from './changed-package.ts';
import { Cache, forPeers, lockedPlatform, lockFile, openSite, packagesOf } from './locked-site.ts';
import { measure, measureNode, NODE, TIME } from './measure.ts';
import { buildWithUmoci, PEER_REQUIREMENTS } from './peers.ts';
import type { Bench, BenchOptions, Sample } from './result.ts';

/*
 * Rebuilds blueprint meta, as complete processes: without a change, with a changed password, and with a changed small
 * package of the PostgreSQL image. mmdebstrap and umoci have no cache, so for them a changed package is a new image.
 */
const SAME = 'nothing changed';
const CONFIG = 'a password changed';
const PACKAGE = 'one small package changed';
const UMOCI = 'mmdebstrap + umoci, one package changed';

export const rebuildBench: Bench = {
  name: 'rebuild',
  title: 'blueprint meta, rebuilt',
  defaultRuns: 5,
  requirements: [TIME, ...PEER_REQUIREMENTS],
  async run(options) {
    const workshop = await openSite();
    try {
      return await rebuild(workshop, options);
    } finally {
      workshop.remove();
    }
  },
};

async function rebuild(workshop: Workshop, { runs, directory, say }: BenchOptions) {
  const cache = new Cache(join(directory, 'cache'));
  cache.fill((await lockedPlatform(workshop)).packages);
  const command = ['build', workshop.inventory, '-q', '--frozen', '-o', join(directory, 'out')];
  await mustPigsty(command, { env: cache.env });
  const build = async (): Promise<Sample> => {
    await mustRun('sync', []);
    return measure([process.execPath, PROGRAM, ...command], { directory, env: cache.env });
  };
  const samples = {
    same: [] as Sample[],
    config: [] as Sample[],
    one: [] as Sample[],
    node: [] as Sample[],
    umoci: [] as Sample[],
  };
  for (let run = 1; run <= runs; run++) {
    say(`run ${run}`);
    samples.node.push(await measureNode(directory));
    samples.same.push(await build());
    workshop.edit((text) => text.replace(/password: DBUser\.Viewer.*/, `password: DBUser.Viewer${run}`));
    samples.config.push(await build());
    await changePackage(lockFile(workshop), cache.directory, directory);
    samples.one.push(await build());
    samples.umoci.push(await buildPeer(workshop, cache, directory));
  }
  return {
    rows: [
      { what: SAME, samples: samples.same },
      { what: NODE, peerOf: SAME, samples: samples.node },
      { what: CONFIG, samples: samples.config },
      { what: PACKAGE, samples: samples.one },
      { what: UMOCI, peerOf: PACKAGE, samples: samples.umoci },
    ],
    goals: [
      { kind: 'multiple' as const, row: SAME, of: NODE, atMost: 5 },
      { kind: 'seconds' as const, row: CONFIG, atMost: 0.5 },
      { kind: 'seconds' as const, row: PACKAGE, atMost: 1.5 },
    ],
    notes: [],
  };
}

async function buildPeer(workshop: Workshop, cache: Cache, directory: string): Promise<Sample> {
  const packages = forPeers(packagesOf(await lockedPlatform(workshop), 'postgres-17'));
  const repository = join(directory, 'repo');
  await copyToRepository(packages, cache.directory, repository);
  const names = packages.map(({ name }) => name);
  return buildWithUmoci({ repository, packages: names, directory: join(directory, 'peer') });
}
