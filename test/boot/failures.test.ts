import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labSkipReason } from '../support/lab.ts';
import { SEED, sample, seededRandom } from '../support/random.ts';
import { AT_ONCE, bootstrap, IN_REVERSE, type Order } from './support/bootstrap.ts';
import { Cluster } from './support/cluster.ts';
import { smallDisk } from './support/disk.ts';
import { FAILURES, type Failure } from './support/failures.ts';
import { type Outcome, tryFailure } from './support/trial.ts';

/* Failures that the product promises to heal, under a writer through a survivor and one on the old leader. */
const reason = labSkipReason();
const ROUNDS = Number(process.env.PIGSTY_TEST_ROUNDS ?? 1);
const IS_LONG = process.env.PIGSTY_TEST_LONG !== undefined;
/** Bytes of a row of the ledger in the WAL: tuple, record and commit. */
const ROW = 150;

type Promised = {
  readonly rto: number;
  /** What every run tries; `test:long` tries all failures, of all promises. */
  readonly failures: readonly Failure[];
};

type Plan = {
  readonly blueprint: string;
  readonly order: Order;
  readonly rpo: number;
  /** One after the other, on one cluster. */
  readonly promises: readonly Promised[];
};

const random = seededRandom(SEED);
/** Failures that every run tries; `test:long` tries each. */
const SAMPLES = 5;
const LOSSES = FAILURES.filter(({ mayLose }) => mayLose);

/**
 * The shortest promise meets a sample of the failures. The longer one is the same arithmetic: in every run the synchronous
 * cluster has it, and meets one of the failures that the others could lose rows by.
 */
const PLANS: readonly Plan[] = [
  {
    blueprint: 'trio',
    order: IN_REVERSE,
    rpo: 1_048_576,
    promises: [
      { rto: 15, failures: sample(FAILURES, SAMPLES, random) },
      ...(IS_LONG ? [{ rto: 30, failures: FAILURES }] : []),
    ],
  },
  {
    blueprint: 'crit',
    order: AT_ONCE,
    rpo: 0,
    promises: [{ rto: 30, failures: sample(LOSSES, 1, random) }],
  },
];

describe.skipIf(reason).each(PLANS)(`$blueprint (seed ${SEED}) ${reason ?? ''}`, (plan) => {
  const { blueprint, order, rpo, promises } = plan;
  let cluster: Cluster;
  let promised = promises[0]?.rto;
  const outcomes: Outcome[] = [];

  const withRto = (rto?: number) => (text: string) => text.replace(/pg_rto: \d+/, `pg_rto: ${rto}`);

  beforeAll(async () => {
    cluster = await Cluster.create(blueprint, { edit: withRto(promised), data: smallDisk });
  });

  afterAll(async () => {
    for (const { failure, gap, acked, lost } of outcomes)
      process.stdout.write(`${gap.toFixed(1).padStart(6)} s  ${lost.length} of ${acked} lost  ${failure}\n`);
    await cluster?.destroy();
  });

  it(`becomes a cluster, applied ${order.name}`, () => bootstrap(cluster, order));

  it('has an etcd that requires users', async () => {
    const status = () => cluster.nodes[0]?.sh('etcdctl auth status');
    await expect.poll(status, { timeout: 60_000 }).toContain('Status: true');
  });

  describe.each(promises)('pg_rto: $rto', ({ rto, failures }) => {
    beforeAll(async () => {
      if (rto === promised) return;
      promised = rto;
      cluster.workshop.edit(withRto(rto));
      for (const node of cluster.nodes) await cluster.ship(node);
      await cluster.applyAll();
    });

    const rounds = Array.from({ length: ROUNDS }, (_, index) => index + 1);
    const tried = IS_LONG ? FAILURES : failures;
    it.each(tried.flatMap((failure) => rounds.map((round) => ({ ...failure, round }))))(
      'heals: $name (round $round)',
      async (failure) => {
        const promise = failure.promise ?? rto;
        const outcome = await tryFailure(cluster, failure, promise);
        outcomes.push(outcome);
        expect(outcome.gap, outcome.journal).toBeLessThanOrEqual(promise);
        expect(outcome.doubled).toEqual([]);
        expect(outcome.lost.length * ROW).toBeLessThanOrEqual(rpo);
      },
    );
  });
});
