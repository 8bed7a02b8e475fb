import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLab, type Lab, type LabClient, labSkipReason } from '../support/lab.ts';
import { SEED, seededRandom } from '../support/random.ts';
import { BUNDLES, MetaNode } from './support/meta-node.ts';
import { ADDRESS, MetaSite, type RevisionBundle } from './support/meta-site.ts';

/* The agent is killed at random moments of an apply of blueprint meta; the next apply ends in the right state. */
const reason = labSkipReason();
const MINUTES = 60_000;
const KILLS = Number(process.env.PIGSTY_TEST_KILLS ?? (process.env.PIGSTY_TEST_LONG ? 20 : 6));
/** The first apply of a node takes ten times longer than the others. */
const FIRST_KILLS = Math.max(1, Math.floor(KILLS / 6));
/** A bundle that comes back is staged already: then the kill meets the switch and the services. */
const REVISIONS = 5;

/** Kills the agent, alone or with all that it has called, and prints the code it ended with. */
const killAfter = (n: number, seconds: number, target: 'process' | 'group') => `
  setsid ${BUNDLES}/${n}/pigsty-agent apply >/root/killed.log 2>&1 & agent=$!
  sleep ${seconds.toFixed(3)}
  kill -KILL ${target === 'group' ? '-' : ''}$agent 2>/dev/null
  wait $agent; echo $?`;

describe.skipIf(reason)(`an agent that is killed ${reason ?? ''}`, () => {
  const random = seededRandom(SEED);
  let site: MetaSite;
  let lab: Lab;
  let client: LabClient;
  let host: MetaNode;
  const bundles: RevisionBundle[] = [];
  let rows = 0;
  /** How long an apply takes here: moments are drawn from it. */
  let seconds = 8;

  beforeAll(async () => {
    site = new MetaSite();
    for (let n = 0; n < REVISIONS; n++) bundles.push(await site.bundle(n));
    lab = await createLab();
    client = await lab.client('10.10.10.99', 'client');
  });
  afterAll(async () => {
    await lab?.destroy();
    site?.remove();
  });

  /** True when the agent was still at work. `share` is a part of the whole apply. */
  async function kill(n: number, share: number): Promise<boolean> {
    const target = random() < 0.5 ? 'process' : 'group';
    const { stdout } = await host.agent.shell(killAfter(n, share * seconds, target));
    return stdout.trim() === '137';
  }

  async function applyAfterKill(n: number): Promise<void> {
    const start = performance.now();
    const { code, stderr } = await host.apply(n);
    seconds = (performance.now() - start) / 1000;
    expect(code, `${stderr}\nkilled:\n${await host.agent.read('/root/killed.log')}`).toBe(0);
    await host.expectRevision(n, bundles[n]?.digest ?? '');
  }

  test(
    `${FIRST_KILLS} times during the first apply of a node (seed ${SEED})`,
    async () => {
      let kills = 0;
      for (let round = 0; kills < FIRST_KILLS; round++) {
        await host?.node.powerCut();
        const node = await lab.node({ ip: ADDRESS, name: `fresh-${round}` });
        node.mount(BUNDLES, site.bundles);
        await node.boot();
        host = new MetaNode(lab, node, client);
        // the moments are spread, and early enough for an apply that is quicker than the one before
        if (await kill(0, (kills + random()) / (FIRST_KILLS + 2))) kills += 1;
        await applyAfterKill(0);
        expect(round).toBeLessThan(2 * KILLS);
      }
    },
    15 * MINUTES,
  );

  test(
    `${KILLS - FIRST_KILLS} times during the apply of a changed bundle (seed ${SEED})`,
    async () => {
      expect(await host.sql('create table app.ledger (n int)')).toBe('');
      let kills = 0;
      for (let round = 1; kills < KILLS - FIRST_KILLS; round++) {
        expect(await host.sql(`insert into app.ledger values (${rows++})`)).toBe('');
        const n = round % REVISIONS;
        // an apply that was quicker than this does not count
        if (await kill(n, random())) kills += 1;
        await applyAfterKill(n);
        expect(await host.sql('select count(*) from app.ledger')).toBe(`${rows}`);
        expect(round).toBeLessThan(3 * KILLS);
      }
    },
    30 * MINUTES,
  );
});
