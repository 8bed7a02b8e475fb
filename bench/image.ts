import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { LockedPackage } from '../generator/model/lock.ts';
import { mustRun, removeTree } from '../test/support/process.ts';
import { PROGRAM, root } from '../test/support/product.ts';
import { makeRepository } from './apt-repository.ts';
import {
  Cache,
  forPeers,
  lockedPlatform,
  lockFile,
  machineCache,
  openSite,
  packagesOf,
} from './locked-site.ts';
import { measure, TIME } from './measure.ts';
import { buildWithBuildah, buildWithUmoci, PEER_REQUIREMENTS, type PeerInput } from './peers.ts';
import type { Bench, BenchOptions, BenchResult, Sample } from './result.ts';

/*
 * Builds the PostgreSQL image of blueprints/meta.yml from the locked packages, with a cache that has only these
 * packages. The peers are other tools, which get the same package names and add the dependencies themselves. Removing
 * the output and syncing the disk are not measured. All files are in the page cache. The layers of pigsty are not
 * compressed; those of umoci and buildah are, because these tools have no other mode here.
 */
const IMAGE = 'postgres-17';
const SITE = 'all four images of blueprint meta';

type Builder = { readonly what: string; readonly peerOf?: string; run(): Promise<Sample> };

export const imageBench: Bench = {
  name: 'image',
  title: 'PostgreSQL image, only packages in the cache',
  defaultRuns: 3,
  requirements: [TIME, ...PEER_REQUIREMENTS],
  async run(options) {
    const workshop = await openSite();
    try {
      const platform = await lockedPlatform(workshop);
      const packages = packagesOf(platform, IMAGE);
      const peer = await offerToPeers(packages, options.directory);
      const program = await bundleProgram(options.directory);
      const image: ColdBuild = ({ directory }, out) => {
        return [program, join(root, 'images'), lockFile(workshop), join(out, 'blobs'), directory, IMAGE];
      };
      const site: ColdBuild = (_, out) => {
        return [PROGRAM, 'build', workshop.inventory, '-q', '--frozen', '-o', out];
      };
      return await compare(options, [
        { what: IMAGE, run: () => buildCold(image, packages, options) },
        { what: 'mmdebstrap + umoci', peerOf: IMAGE, run: () => buildWithUmoci(peer) },
        { what: 'mmdebstrap + buildah', peerOf: IMAGE, run: () => buildWithBuildah(peer) },
        { what: SITE, run: () => buildCold(site, platform.packages, options) },
      ]);
    } finally {
      workshop.remove();
    }
  },
};

/** The packages that the recipes request by name, and all dependencies, for an empty system. */
async function offerToPeers(packages: readonly LockedPackage[], directory: string): Promise<PeerInput> {
  const wanted = forPeers(packages).filter(({ askedBy }) => askedBy !== 'dependency');
  const [repository, status] = [join(directory, 'repo'), join(directory, 'status')];
  writeFileSync(status, '');
  await makeRepository({
    wanted: wanted.map(({ name, version }) => `${name}=${version}`),
    locked: packages,
    status,
    cache: machineCache,
    directory: repository,
  });
  return { repository, packages: wanted.map(({ name }) => name), directory: join(directory, 'peer') };
}

async function compare({ runs, say }: BenchOptions, builders: readonly Builder[]): Promise<BenchResult> {
  const samples = builders.map((): Sample[] => []);
  for (let run = 1; run <= runs; run++) {
    for (const [index, builder] of builders.entries()) {
      say(`run ${run}: ${builder.what}`);
      await mustRun('sync', []);
      samples[index]?.push(await builder.run());
    }
  }
  return {
    rows: builders.map(({ run: _, ...row }, index) => ({ ...row, samples: samples[index] ?? [] })),
    goals: [
      // For a machine where the peers take 17.6 s and 30 s.
      { kind: 'seconds', row: IMAGE, atMost: 5.5 },
      { kind: 'ratio', row: IMAGE, peer: 'mmdebstrap + umoci', atLeast: 3 },
      { kind: 'ratio', row: IMAGE, peer: 'mmdebstrap + buildah', atLeast: 5 },
      { kind: 'megabytes', row: IMAGE, atMost: 700 },
      { kind: 'megabytes', row: SITE, atMost: 700 },
    ],
    notes: [],
  };
}

/** The arguments of `node` for a build with this cache into `out`. */
type ColdBuild = (cache: Cache, out: string) => readonly string[];

async function buildCold(
  work: ColdBuild,
  packages: readonly LockedPackage[],
  { directory }: BenchOptions,
): Promise<Sample> {
  const cache = new Cache(join(directory, 'cache'));
  const out = join(directory, 'out');
  cache.fill(packages);
  await mustRun('sync', []);
  try {
    return await measure([process.execPath, ...work(cache, out)], { directory, env: cache.env });
  } finally {
    removeTree(out);
  }
}

/** Bundles test/support/image-build.ts as a program, because `pigsty build` builds complete sites only. */
async function bundleProgram(directory: string): Promise<string> {
  const program = join(directory, 'image-build.cjs');
  await build({
    entryPoints: [join(root, 'test/support/image-build.ts')],
    outfile: program,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
  });
  return program;
}
