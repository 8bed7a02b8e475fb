import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labSkipReason } from '../support/lab.ts';
import { Cluster } from './support/cluster.ts';
import { smallDisk } from './support/disk.ts';
import { FAILURES } from './support/failures.ts';
import { type Outcome, tryFailure } from './support/trial.ts';

/* Every failure that the product promises to heal, under a writer through a survivor and one on the old leader. */
const reason = labSkipReason();
const ROUNDS = Number(process.env.PIGSTY_TEST_ROUNDS ?? 1);
/** In CI the synchronous plan meets what the others could lose rows by: its times are those of the first. */
const IS_LONG = process.env.PIGSTY_TEST_LONG !== undefined;
/** Bytes of a row of the ledger in the WAL: tuple, record and commit. */
const ROW = 150;

type Plan = { readonly name: string; readonly blueprint: string; readonly rto: number; readonly rpo: number };

const PLANS: readonly Plan[] = [
  { name: 'trio', blueprint: 'trio', rto: 30, rpo: 1_048_576 },
  { name: 'trio with pg_rto: 15', blueprint: 'trio', rto: 15, rpo: 1_048_576 },
  { name: 'crit', blueprint: 'crit', rto: 30, rpo: 0 },
];

describe.skipIf(reason).each(PLANS)(`$name ${reason ?? ''}`, ({ blueprint, rto, rpo }) => {
  let cluster: Cluster;
  const outcomes: Outcome[] = [];

  beforeAll(async () => {
    cluster = await Cluster.create(blueprint, {
      edit: (text) => text.replace('pg_rto: 30', `pg_rto: ${rto}`),
      data: smallDisk,
    });
    await cluster.applyAll();
    expect(await cluster.sql('create table ledger (n bigint primary key)')).toBe('');
  });

  afterAll(async () => {
    for (const { failure, gap, acked, lost } of outcomes)
      process.stdout.write(`${gap.toFixed(1).padStart(6)} s  ${lost.length} of ${acked} lost  ${failure}\n`);
    await cluster?.destroy();
  });

  const rounds = Array.from({ length: ROUNDS }, (_, index) => index + 1);
  const failures = FAILURES.filter(({ mayLose }) => IS_LONG || rpo > 0 || mayLose);
  it.each(failures.flatMap((failure) => rounds.map((round) => ({ ...failure, round }))))(
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
