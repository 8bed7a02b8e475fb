import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addressOf, largeInventory } from '../test/support/large-inventory.ts';
import { removeTree } from '../test/support/process.ts';
import { PROGRAM } from '../test/support/product.ts';
import { ANSIBLE, renderWithAnsible } from './ansible-peer.ts';
import { measure, TIME } from './measure.ts';
import type { Bench, Goal, Row, Sample } from './result.ts';

/* Large inventories, as complete processes: all diagnostics, and all files. Keys exist, the output does not. */
const VALIDATE = [
  { hosts: 1000, provider: false, seconds: 1 },
  { hosts: 10_000, provider: false, seconds: 8 },
  { hosts: 10_000, provider: true, seconds: 8 },
] as const;
const FILES = [
  { hosts: 1, seconds: 0.25 },
  { hosts: 100, seconds: 1 },
  { hosts: 1000, seconds: 5 },
  { hosts: 10_000, seconds: 50 },
] as const;
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
    const rows: Row[] = [];
    for (const { hosts, provider } of VALIDATE) {
      const file = inventory(`validate-${hosts}-${provider}`, largeInventory(hosts, provider));
      const samples: Sample[] = [];
      for (let run = 1; run <= runs; run++)
        samples.push(await measure([process.execPath, PROGRAM, 'validate', '-q', file], { directory }));
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
      for (let run = 1; run <= (hosts > 1000 ? 1 : runs); run++)
        samples.push(await measure(build(`run-${run}`), { directory }));
      rows.push({ what: filesRow(hosts), samples });
      if (hosts === 1000)
        rows.push(...(await besideAnsible(join(out, 'run-1', 'files-1000'), samples, directory)));
    }
    removeTree(out);
    return { rows, goals: goals(), notes: [] };
  },
};

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
    ...VALIDATE.map(({ hosts, provider, seconds }): Goal => {
      return { kind: 'seconds', row: validateRow(hosts, provider), atMost: seconds };
    }),
    { kind: 'megabytes', row: validateRow(10_000, false), atMost: 1500 },
    ...FILES.map(({ hosts, seconds }): Goal => ({ kind: 'seconds', row: filesRow(hosts), atMost: seconds })),
    { kind: 'ratio', row: PER_HOST, peer: PER_HOST_ANSIBLE, atLeast: 1000 },
  ];
}
