import { join } from 'node:path';
import { PROGRAM } from '../test/support/product.ts';
import { withTmpfs } from '../test/support/tmpfs.ts';
import { openSite } from './locked-site.ts';
import { measure, measureNode, NODE, TIME } from './measure.ts';
import type { Bench, Sample } from './result.ts';

/*
 * The time of every call, and of rendering all files of one host. Keys exist, the output does not. It is on a tmpfs:
 * a file system on a disk may be slow to reuse inodes that were just freed.
 */
const VERSION = 'pigsty --version';
const CONFIG = 'pigsty build --config-only';

export const startupBench: Bench = {
  name: 'startup',
  title: 'complete processes: start-up, and the files of blueprint meta',
  defaultRuns: 15,
  requirements: [TIME],
  async run({ runs, directory }) {
    const workshop = await openSite();
    const samples = { version: [] as Sample[], node: [] as Sample[], config: [] as Sample[] };
    const out = join(directory, 'out');
    const build = [PROGRAM, 'build', workshop.inventory, '-q', '--config-only', '-o'];
    const measureAll = async () => {
      for (let run = 1; run <= runs; run++) {
        samples.node.push(await measureNode(directory));
        samples.version.push(await measure([process.execPath, PROGRAM, '--version'], { directory }));
        samples.config.push(await measure([process.execPath, ...build, join(out, `${run}`)], { directory }));
      }
    };
    try {
      await withTmpfs(out, 102_400, measureAll);
    } finally {
      workshop.remove();
    }
    return {
      rows: [
        { what: VERSION, samples: samples.version },
        { what: NODE, peerOf: VERSION, samples: samples.node },
        { what: CONFIG, samples: samples.config },
      ],
      goals: [
        { kind: 'multiple', row: VERSION, of: NODE, atMost: 1.4 },
        { kind: 'multiple', row: CONFIG, of: NODE, atMost: 3 },
      ],
      notes: [],
    };
  },
};
