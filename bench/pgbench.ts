import { createLab } from '../test/support/lab.ts';
import type { LabNode } from '../test/support/node.ts';
import { describeFailure } from '../test/support/process.ts';
import { APT_FTPARCHIVE, offerPackages } from './apt-peer.ts';
import { openSite } from './locked-site.ts';
import { makeEqual } from './pgbench-peer.ts';
import {
  type Bench,
  type BenchOptions,
  type BenchResult,
  LAB_REQUIREMENTS,
  median,
  type Row,
  type Sample,
} from './result.ts';

/*
 * The overhead of the bundle of blueprints/meta.yml: pgbench through HAProxy and PgBouncer, alternately on a node with
 * the bundle and on an equal node with Debian's packages (pgbench-peer.ts). Only one of them works at a time, after a
 * checkpoint and with all WAL archived. Patroni and etcd run only on our node and count for its result. They also run
 * while the peer works, so their CPU time in that phase is reported, and the CPU time per transaction of each node,
 * which other load on this computer changes little.
 */
const ADDRESS = '10.10.10.10';
const SCALE = 20;
const SECONDS = 10;
const LOAD = `-h ${ADDRESS} -p 5433 -U dbuser_meta`;
const WORKLOADS = [
  { name: 'select-only', flags: '-S' },
  { name: 'TPC-B', flags: '' },
] as const;

type Workload = (typeof WORKLOADS)[number];

type Machine = {
  readonly name: string;
  readonly node: LabNode;
  /** Path of pgbench. */
  readonly pgbench: string;
};

/** Our node and the peer. */
type Pair = readonly [Machine, Machine];

export const pgbenchBench: Bench = {
  name: 'pgbench',
  title: `pgbench through HAProxy and pgbouncer: scale ${SCALE}, 8 clients, ${SECONDS} s a run`,
  defaultRuns: 5,
  requirements: [...LAB_REQUIREMENTS, APT_FTPARCHIVE],
  async run(options) {
    const workshop = await openSite();
    // In two labs both nodes can have the same address, and so the same files.
    const labs = [await createLab(), await createLab()] as const;
    try {
      const [node, peer] = await Promise.all(
        labs.map(async (lab) => lab.node({ ip: ADDRESS, name: 'h10', suite: 'trixie', hasOwnDisk: true })),
      );
      if (!node || !peer) throw new Error('a lab has no node');
      const offer = await offerPackages(workshop, options.directory);
      options.say('two nodes');
      await applyBundle(node, await workshop.bundle(ADDRESS));
      await peer.boot();
      await makeEqual(peer, node, offer, options.directory);
      const machines = [
        { name: 'pigsty', node, pgbench: '/usr/local/bin/pgbench' },
        { name: 'apt-get', node: peer, pgbench: '/usr/lib/postgresql/17/bin/pgbench' },
      ] as const;
      return await compare(machines, options);
    } finally {
      await Promise.all(labs.map((lab) => lab.destroy()));
      workshop.remove();
    }
  },
};

/** Applies the bundle and creates the tables of pgbench. */
async function applyBundle(node: LabNode, bundle: string): Promise<void> {
  node.mount('/bundle', bundle);
  await node.boot();
  await node.sh('/bundle/pigsty-agent apply 2>&1', { timeoutSeconds: 300 });
  await load(node, `/usr/local/bin/pgbench -i -q -s ${SCALE} ${LOAD} meta`);
}

async function compare(machines: Pair, options: BenchOptions): Promise<BenchResult> {
  const [own, peer] = machines;
  for (const { node } of machines) await warm(node);
  const rows: Row[] = [];
  const notes: string[] = [];
  for (const workload of WORKLOADS) {
    const shifts = await alternate(machines, workload, options);
    const [ours, theirs] = machines.map((machine) => shifts.filter((shift) => shift.machine === machine));
    const what = `${workload.name}, ${own.name}`;
    rows.push({ what, samples: samplesOf(ours) });
    rows.push({ what: `${workload.name}, ${peer.name}`, peerOf: what, samples: samplesOf(theirs) });
    notes.push(
      `${workload.name}: CPU time per transaction: ${own.name} ${cost(ours)}, ${peer.name} ${cost(theirs)};` +
        ` while the peer worked, our idle node used ${idleShare(theirs)} of one processor`,
    );
  }
  return {
    rows,
    goals: WORKLOADS.map(({ name }) => {
      return { kind: 'rate', row: `${name}, ${own.name}`, peer: `${name}, ${peer.name}`, atLeast: 0.97 };
    }),
    notes,
  };
}

/** One run of pgbench on one of the two machines. */
type Shift = {
  readonly machine: Machine;
  readonly sample: Sample & { readonly transactions: number };
  /** Of all processes on a node: the working one and the idle one. */
  readonly processorSeconds: { readonly worked: number; readonly idle: number };
};

/** The first node alternates from run to run, so that a drift of this computer affects both equally. */
async function alternate([own, peer]: Pair, { name, flags }: Workload, { runs, say }: BenchOptions) {
  const shifts: Shift[] = [];
  for (let run = 1; run <= runs; run++) {
    const first: Pair = run % 2 === 1 ? [own, peer] : [peer, own];
    const second: Pair = [first[1], first[0]];
    for (const [machine, other] of [first, second]) {
      say(`run ${run}: ${name}, ${machine.name}`);
      for (const { node } of [own, peer]) await settle(node);
      const before = await Promise.all([machine, other].map(processorSeconds));
      const sample = await work(machine, flags);
      const after = await Promise.all([machine, other].map(processorSeconds));
      const [worked = 0, idle = 0] = after.map((seconds, index) => seconds - (before[index] ?? 0));
      shifts.push({ machine, sample, processorSeconds: { worked, idle } });
    }
  }
  return shifts;
}

function samplesOf(shifts: readonly Shift[] = []): readonly Sample[] {
  return shifts.map(({ sample }) => sample);
}

function cost(shifts: readonly Shift[] = []): string {
  const costs = shifts.map(({ sample, processorSeconds: { worked } }) => worked / sample.transactions);
  return `${(median(costs) * 1e6).toFixed(0)} µs`;
}

function idleShare(shifts: readonly Shift[] = []): string {
  const shares = shifts.map(({ sample, processorSeconds: { idle } }) => idle / sample.seconds);
  return `${(median(shares) * 100).toFixed(1)} %`;
}

async function work({ node, pgbench }: Machine, flags: string) {
  const output = await load(node, `${pgbench} ${flags} -c 8 -j 2 -T ${SECONDS} ${LOAD} meta`);
  const number = (pattern: RegExp) => Number(pattern.exec(output)?.[1]);
  const transactions = number(/actually processed: (\d+)/);
  const rate = number(/^tps = ([\d.]+) /m);
  if (number(/failed transactions: (\d+)/) !== 0 || !(transactions > 0 && rate > 0)) throw new Error(output);
  return { seconds: transactions / rate, transactions };
}

async function load(node: LabNode, command: string): Promise<string> {
  const result = await node.exec(['env', 'PGPASSWORD=DBUser.Meta', ...command.split(/\s+/)]);
  if (result.code !== 0) throw new Error(describeFailure(command, result));
  return result.stdout;
}

function ask(node: LabNode, command: string): Promise<string> {
  return node.sh(`psql -XAtq -v ON_ERROR_STOP=1 -d meta -c "${command}"`, { user: 'postgres' });
}

/** Loads all tables and indexes of pgbench into shared buffers. */
async function warm(node: LabNode): Promise<void> {
  await ask(
    node,
    "select monitor.pg_prewarm(oid::regclass) from pg_class where relname like 'pgbench%' and relkind in ('r', 'i')",
  );
}

/** Waits until all pages are written and all WAL is archived. */
async function settle(node: LabNode): Promise<void> {
  await ask(node, 'checkpoint');
  const waiting = "select count(*) from pg_ls_archive_statusdir() where name like '%.ready'";
  const deadline = Date.now() + 60_000;
  while ((await ask(node, waiting)).trim() !== '0') {
    if (Date.now() > deadline) throw new Error(`${node.name}: WAL is not archived in time`);
  }
}

/** CPU seconds of all processes on a node, including pgbench. */
async function processorSeconds({ node }: Machine): Promise<number> {
  return Number(await node.sh("sed -n 's/^usage_usec //p' /sys/fs/cgroup/cpu.stat")) / 1e6;
}
