import { join } from 'node:path';
import { removeTree } from '../test/support/process.ts';
import { PROGRAM } from '../test/support/product.ts';
import { openSite } from './locked-site.ts';
import { measure, measureNode, NODE, TIME } from './measure.ts';
import type { Bench, Sample } from './result.ts';

/* The time of every call, and of rendering all files of one host. Keys exist, the output does not. */
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
    const build = [PROGRAM, 'build', workshop.inventory, '-q', '--config-only', '-o', out];
    try {
      for (let run = 1; run <= runs; run++) {
        samples.node.push(await measureNode(directory));
        samples.version.push(await measure([process.execPath, PROGRAM, '--version'], { directory }));
        removeTree(out);
        samples.config.push(await measure([process.execPath, ...build], { directory }));
      }
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
