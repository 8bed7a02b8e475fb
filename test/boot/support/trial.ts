import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from './cluster.ts';
import type { Failure } from './failures.ts';
import { type Ack, acceptedByTwo, longestGap, Writer } from './ledger.ts';

export type Outcome = {
  readonly failure: string;
  /** Seconds without an acknowledged write. */
  readonly gap: number;
  readonly acked: number;
  /** Acknowledged, and not in the table. */
  readonly lost: readonly Ack[];
  /** Acknowledged by a server after another one had taken over. */
  readonly doubled: readonly Ack[];
  /** Of the nodes, when the promise was broken. */
  readonly journal: string;
};

/** Numbers of rows: those of the writer to the old leader start here. */
const DIRECT = 1_000_000_000;
let next = 1;

/** One failure under two writers, from a whole cluster to a whole cluster. Throws when it does not become whole. */
export async function tryFailure(cluster: Cluster, failure: Failure, promise: number): Promise<Outcome> {
  await cluster.waitUntilWhole();
  const leader = await cluster.leader();
  const survivor = cluster.others(leader)[0] ?? leader;
  const { directory } = cluster.lab;
  const first = next;
  next += 1_000_000;
  const through = new Writer(cluster.client, directory, 'through', cluster.url(survivor.ip, 5433), first);
  const direct = new Writer(
    cluster.client,
    directory,
    'direct',
    cluster.url(leader.ip, 5432),
    DIRECT + first,
  );
  let since = 0;
  let end = 0;
  try {
    if (!(await until(() => through.acks.length > 20 && direct.acks.length > 20, 30)))
      throw new Error('a writer does not come through while all is well');
    since = Date.now();
    await failure.strike(cluster, leader);
    // Long enough to see the promise broken, and how the other writer's server ends.
    await until(() => hasResumed(through.acks, since), promise + 60);
    await failure.mend?.(cluster, leader);
    await cluster.waitUntilWhole();
  } catch (cause) {
    throw new Error(`${failure.name}: not healed\n${await evidence(cluster, since)}`, { cause });
  } finally {
    end = Date.now();
    await through.stop();
    await direct.stop();
  }
  const acks = [...through.acks, ...direct.acks];
  const rows = await stored(cluster, survivor.ip, first);
  const gap = longestGap(through.acks, since, end);
  return {
    failure: failure.name,
    gap,
    journal: gap > promise ? await cluster.journal(since) : '',
    acked: acks.length,
    lost: acks.filter(({ n }) => !rows.has(n)),
    doubled: acceptedByTwo(acks),
  };
}

/** Without ps, which the nodes do not have: state, parent, what it sleeps on, and the command. */
const PROCESSES = `
  for process in /proc/[0-9]*; do
    read -r stat 2>/dev/null <"$process/stat" || continue
    set -- \${stat##*) }
    echo "\${process#/proc/} $1 $2 $(cat "$process/wchan" 2>/dev/null || :) $(tr '\\0' ' ' <"$process/cmdline")"
  done 2>/dev/null`;

/** What the nodes did since a time (ms), and the processes that they run now. */
async function evidence(cluster: Cluster, since: number): Promise<string> {
  const running = cluster.nodes.filter((node) => node.isRunning);
  const processes = await Promise.all(
    running.map(async (node) => `${node.name}:\n${(await node.exec(['sh', '-c', PROCESSES])).stdout}`),
  );
  return [await cluster.journal(since), ...processes].join('\n');
}

/** A failure may show seconds later: writes are back when they have gone on for 3 s after at least 8 s. */
function hasResumed(acks: readonly Ack[], since: number): boolean {
  const now = Date.now();
  if (now - since < 8000) return false;
  const recent = acks.filter(({ acked }) => acked > now - 3000);
  const [first] = recent;
  return first !== undefined && recent.length > 10 && longestGap(recent, first.acked, now) < 1;
}

async function stored(cluster: Cluster, host: string, first: number): Promise<ReadonlySet<number>> {
  const range = `n between ${first} and ${first + 999_999}`;
  const ranges = `${range} or n between ${DIRECT + first} and ${DIRECT + first + 999_999}`;
  // A row that is not there is one thing, no answer is another.
  const sum = `select 'rows:' || coalesce(string_agg(n::text, ','), '') from ledger where ${ranges}`;
  for (let tries = 20; ; tries--) {
    const answer = await cluster.sql(sum, { host });
    if (answer.startsWith('rows:')) return new Set(answer.slice(5).split(',').map(Number));
    if (tries === 0) throw new Error(`the ledger cannot be read: ${answer}`);
    await delay(500);
  }
}

/** Whether it held in time. */
async function until(holds: () => boolean, timeoutSeconds: number): Promise<boolean> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  while (!holds()) {
    if (Date.now() > deadline) return false;
    await delay(100);
  }
  return true;
}
