import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cluster } from '../boot/support/cluster.ts';
import { smallDisk } from '../boot/support/disk.ts';
import { FAILURES } from '../boot/support/failures.ts';
import { tryFailure } from '../boot/support/trial.ts';
import { labSkipReason } from '../support/lab.ts';
import { SEED, seededRandom } from '../support/random.ts';

/* Failures in random order, one after the other, on the cluster that may lose nothing. */
const reason = labSkipReason();
const MINUTES = Number(process.env.PIGSTY_TEST_MINUTES ?? 60);

describe.skipIf(reason)(`an hour of failures ${reason ?? ''}`, () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await Cluster.create('crit', { data: smallDisk });
    await cluster.applyAll();
    expect(await cluster.sql('create table ledger (n bigint primary key)')).toBe('');
  });
  afterAll(() => cluster?.destroy());

  it(
    `keeps the cluster complete, with every acknowledged row (seed ${SEED}, ${MINUTES} min)`,
    async () => {
      const random = seededRandom(SEED);
      const end = Date.now() + MINUTES * 60_000;
      while (Date.now() < end) {
        const failure = FAILURES[Math.floor(random() * FAILURES.length)];
        if (!failure) continue;
        const outcome = await tryFailure(cluster, failure, failure.promise ?? 30);
        process.stdout.write(
          `${outcome.gap.toFixed(1).padStart(6)} s  ${outcome.acked} rows  ${failure.name}\n`,
        );
        expect(outcome.lost, failure.name).toEqual([]);
        expect(outcome.doubled, failure.name).toEqual([]);
      }
      await cluster.waitUntilWhole();
    },
    (MINUTES + 15) * 60_000,
  );
});
