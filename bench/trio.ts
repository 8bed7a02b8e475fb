import { join } from 'node:path';
import { Cluster } from '../test/boot/support/cluster.ts';
import type { LabNode } from '../test/support/node.ts';
import { mustRun } from '../test/support/process.ts';
import { root } from '../test/support/product.ts';
import { APPLY_WITH_MARKS, MARK, type Mark, markTable, readMarks, readProductMarks } from './node-marks.ts';
import { type Bench, type BenchOptions, LAB_REQUIREMENTS, type Sample } from './result.ts';

/*
 * Three bare nodes on this machine become a cluster: `apply` of blueprints/trio.yml starts on all three at once. A
 * client in their network tries to commit a row through port 5433 every 50 ms and reads Patroni's list of members every
 * 100 ms. Before the measurement starts, the bundle's files are in the page cache and synced.
 */
const ROW = 'first row committed through 5433';
const WHOLE = 'one leader, two streaming replicas';
const HEALTHY = 'healthy (three agents end)';

/** The order of the events, from the start to the complete cluster; for replicas, the later one counts. */
const STEPS: readonly string[] = [
  'primary: hashed, unpacked, synced',
  'replicas: hashed, unpacked, synced',
  'primary: generation written, current switched',
  'primary: etcd: started',
  'primary: etcd: active',
  'primary: patroni: started',
  'primary: patroni: may bootstrap',
  'primary: initdb: begins',
  'primary: initdb: done',
  'primary: patroni: started postgres',
  'primary: patroni: initialised the cluster',
  'primary: pgsql-provision: active',
  'first-row',
  'replicas: patroni: copies from the leader',
  'replicas: patroni: has its copy',
  'replicas: postgres: streams',
  'whole',
  'all: healthy',
];

export const trioBench: Bench = {
  name: 'trio',
  title: 'three bare nodes on this machine: from the unpacked bundles to a cluster',
  defaultRuns: 3,
  requirements: LAB_REQUIREMENTS,
  async run({ runs, say }: BenchOptions) {
    const all: (readonly Mark[])[] = [];
    for (let run = 1; run <= runs; run++) {
      say(`run ${run}`);
      all.push(await makeCluster());
    }
    const samples = (event: string): readonly Sample[] =>
      all.map((marks) => ({ seconds: marks.find((mark) => mark.event === event)?.seconds ?? Number.NaN }));
    return {
      rows: [
        { what: ROW, samples: samples('first-row') },
        { what: WHOLE, samples: samples('whole') },
        { what: HEALTHY, samples: samples('all: healthy') },
      ],
      goals: [
        { kind: 'seconds', row: ROW, atMost: 30 },
        { kind: 'seconds', row: WHOLE, atMost: 30 },
      ],
      notes: [
        'where the time goes:',
        ...markTable(all.map((marks) => marks.filter(({ event }) => STEPS.includes(event)))),
      ],
    };
  },
};

async function makeCluster(): Promise<readonly Mark[]> {
  const cluster = await Cluster.create('trio');
  try {
    await mustRun('sync', []);
    await Promise.all(cluster.nodes.map((node) => node.sh('find /bundle -type f -exec cat {} + >/dev/null')));
    const start = `${Date.now() / 1000} start\n`;
    const [watched, ...outputs] = await Promise.all([
      watch(cluster),
      ...cluster.nodes.map((node) => apply(node, start)),
    ]);
    const marks = await Promise.all(
      cluster.nodes.map((node, index) => readProductMarks(node, outputs[index] ?? '')),
    );
    return [...byRole(marks), ...readMarks(start + watched)];
  } finally {
    await cluster.destroy();
  }
}

async function apply(node: LabNode, start: string): Promise<string> {
  const script = `cd /bundle\n${MARK}${APPLY_WITH_MARKS}`;
  const result = await node.exec(['bash', '-c', script], { timeoutSeconds: 600 });
  if (result.code !== 0) throw new Error(`${node.name}: ${result.stdout}\n${result.stderr}`);
  return start + result.stdout;
}

async function watch({ client, nodes, url }: Cluster): Promise<string> {
  const [primary] = nodes;
  if (!primary) throw new Error('a cluster without nodes');
  const question = {
    url: url(primary.ip, 5433),
    cluster: `http://${primary.ip}:8008/cluster`,
    members: nodes.length,
  };
  const command = [process.execPath, join(root, 'bench/watch-trio.mjs'), JSON.stringify(question)];
  const result = await client.exec(command, { timeoutSeconds: 600 });
  if (result.code !== 0) throw new Error(`the cluster is not complete: ${result.stdout}\n${result.stderr}`);
  return result.stdout;
}

/** The first node is the declared primary; of the replicas, the later one counts. */
function byRole([primary = [], ...replicas]: readonly (readonly Mark[])[]): readonly Mark[] {
  const latest = (name: string, all: readonly (readonly Mark[])[]): readonly Mark[] => {
    const events = [...new Set(all.flat().map(({ event }) => event))];
    return events.map((event) => ({
      event: `${name}: ${event}`,
      seconds: Math.max(...all.flat().flatMap((mark) => (mark.event === event ? mark.seconds : []))),
    }));
  };
  return [
    ...latest('primary', [primary]),
    ...latest('replicas', replicas),
    ...latest('all', [primary, ...replicas]).filter(({ event }) => event === 'all: healthy'),
  ];
}
