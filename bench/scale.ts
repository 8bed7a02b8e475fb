import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addressOf, largeInventory } from '../test/support/large-inventory.ts';
import { mustRun, removeTree } from '../test/support/process.ts';
import { PROGRAM } from '../test/support/product.ts';
import { ANSIBLE, renderWithAnsible } from './ansible-peer.ts';
import { measure, measureNode, NODE, TIME } from './measure.ts';
import type { Bench, Goal, Row, Sample } from './result.ts';

/* Large inventories, as complete processes: all diagnostics, and all files. Keys exist, the output does not. */
const VALIDATE = [
  { hosts: 1000, provider: false, multiple: 8 },
  { hosts: 10_000, provider: false, multiple: 28 },
  { hosts: 10_000, provider: true, multiple: 40 },
] as const;
/** As many hosts as `tar x` is measured with. */
const LARGE = 1000;
const TAR = `tar x of the files of ${LARGE.toLocaleString('en')} hosts`;
const FILES = [{ hosts: 1 }, { hosts: 100 }, { hosts: LARGE }, { hosts: 10_000 }] as const;
const ANSIBLE_HOSTS = 4;
const PER_HOST = 'pigsty build --config-only, 1,000 hosts: a host';
const PER_HOST_ANSIBLE = 'ansible-playbook, 4 hosts: a host';

const count = (hosts: number) => hosts.toLocaleString('en');
const validateRow = (hosts: number, provider: boolean) =>
  `validate, ${count(hosts)} hosts${provider ? ', services on one' : ''}`;
const filesRow = (hosts: number) => `build --config-only, ${count(hosts)} hosts`;

export const scaleBench: Bench = {
  name: 'scale',
  title: 'inventories with many hosts: validate and configuration files',
  defaultRuns: 3,
  requirements: [TIME, ANSIBLE],
  async run({ runs, directory, say }) {
    const inventory = (name: string, text: string) => {
      const file = join(directory, `${name}.yml`);
      writeFileSync(file, text);
      return file;
    };
    const node: Sample[] = [];
    const rows: Row[] = [{ what: NODE, samples: node }];
    for (const { hosts, provider } of VALIDATE) {
      const file = inventory(`validate-${hosts}-${provider}`, largeInventory(hosts, provider));
      const samples: Sample[] = [];
      for (let run = 1; run <= runs; run++) {
        node.push(await measureNode(directory));
        samples.push(await measure([process.execPath, PROGRAM, 'validate', '-q', file], { directory }));
      }
      rows.push({ what: validateRow(hosts, provider), samples });
    }
    // ext4 without a journal is slow to reuse inodes that were just freed, so nothing is removed between the runs.
    const out = join(directory, 'out');
    for (const { hosts } of FILES) {
      const file = inventory(`files-${hosts}`, largeInventory(hosts));
      const build = (folder: string) =>
        [process.execPath, PROGRAM, 'build', file, '-q', '--config-only', '-o', join(out, folder)] as const;
      const samples: Sample[] = [];
      say(`${count(hosts)} hosts: keys`);
      await measure(build('keys'), { directory, timeoutSeconds: 3600 });
      const tar: Sample[] = [];
      for (let run = 1; run <= (hosts > LARGE ? 1 : runs); run++) {
        samples.push(await measure(build(`run-${run}`), { directory }));
        if (hosts === LARGE) tar.push(await unpackTree(join(out, `run-${run}`), run, directory));
      }
      rows.push({ what: filesRow(hosts), samples });
      if (hosts === LARGE) {
        rows.push({ what: TAR, peerOf: filesRow(LARGE), samples: tar });
        rows.push(...(await besideAnsible(join(out, 'run-1', `files-${LARGE}`), samples, directory)));
      }
    }
    removeTree(out);
    return { rows, goals: goals(), notes: [] };
  },
};

/** What the file system alone takes: `tar x` of the same tree into a directory beside it. */
async function unpackTree(tree: string, run: number, directory: string): Promise<Sample> {
  const archive = join(directory, 'tree.tar');
  await mustRun('tar', ['cf', archive, '-C', tree, '.'], { timeoutSeconds: 900 });
  const target = join(directory, 'out', `tar-${run}`);
  mkdirSync(target);
  return measure(['tar', 'xf', archive, '-C', target], { directory });
}

/** The time per host: of a thousand hosts, and with Ansible of four. */
async function besideAnsible(site: string, samples: readonly Sample[], directory: string): Promise<Row[]> {
  const share = ({ seconds }: Sample, hosts: number): Sample => ({ seconds: seconds / hosts });
  const own = join(directory, 'ansible');
  mkdirSync(own);
  const peer = await renderWithAnsible(join(site, 'hosts', addressOf(4)), ANSIBLE_HOSTS, { directory: own });
  return [
    { what: PER_HOST, samples: samples.map((sample) => share(sample, 1000)) },
    { what: PER_HOST_ANSIBLE, peerOf: PER_HOST, samples: [share(peer, ANSIBLE_HOSTS)] },
  ];
}

function goals(): Goal[] {
  return [
    ...VALIDATE.map(({ hosts, provider, multiple }): Goal => {
      return { kind: 'multiple', row: validateRow(hosts, provider), of: NODE, atMost: multiple };
    }),
    { kind: 'megabytes', row: validateRow(10_000, false), atMost: 1500 },
    { kind: 'multiple', row: filesRow(LARGE), of: TAR, atMost: 2 },
    { kind: 'ratio', row: PER_HOST, peer: PER_HOST_ANSIBLE, atLeast: 1000 },
  ];
}
