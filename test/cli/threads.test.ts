import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressOf, largeInventory } from '../support/large-inventory.ts';
import { mustRun } from '../support/process.ts';
import { PROGRAM, pigsty, Workshop } from '../support/product.ts';
import { skipReason } from '../support/requirements.ts';
import { withTmpfs } from '../support/tmpfs.ts';
import { firstDifference, listing } from '../support/tree-listing.ts';

/* Several threads write the same files as one, and errors of each are reported. */
const HOSTS = 200;
const skipped = skipReason('mount');

describe.skipIf(skipped)(`a site of ${HOSTS} hosts${skipped ? ` (${skipped})` : ''}`, () => {
  let workshop: Workshop;
  let whole: string[];
  const siteOf = (out: string) => join(out, 'meta');
  const command = (out: string) => ['build', workshop.inventory, '--config-only', '-q', '-o', out];

  /** How many hosts each thread has written: what hosts have in common is one file for each thread. */
  function shares(out: string): number[] {
    const hosts = join(siteOf(out), 'hosts');
    const written = new Map<number, number>();
    for (const host of readdirSync(hosts)) {
      const { ino } = statSync(join(hosts, host, 'bin/pigsty-agent'));
      written.set(ino, (written.get(ino) ?? 0) + 1);
    }
    return [...written.values()];
  }

  beforeAll(async () => {
    workshop = new Workshop('meta');
    writeFileSync(workshop.inventory, largeInventory(HOSTS));
    const out = join(workshop.directory, 'one');
    await mustRun('taskset', [
      '--cpu-list',
      await firstProcessor(),
      process.execPath,
      PROGRAM,
      ...command(out),
    ]);
    whole = listing(siteOf(out));
    expect(shares(out)).toEqual([HOSTS]);
  });
  afterAll(() => workshop?.remove());

  it('is the same from one thread and from several', async () => {
    const out = join(workshop.directory, 'several');
    const { code, stdout, stderr } = await pigsty(command(out));
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^writes pg-c0, pg-c1, pg-c10 and \d+ more {2}maximum write outage 30 s, /m);
    expect(firstDifference(whole, listing(siteOf(out)))).toBeUndefined();
    // Threads that nobody listens to do the two groups of hosts that they are handed first, and the first thread the rest.
    const threads = Math.min(3, availableParallelism() - 1);
    if (threads > 0) expect(Math.max(...shares(out))).toBeLessThan(HOSTS - threads * 2 * 16);
  });

  it('reports errors of worker threads', async () => {
    const out = join(workshop.directory, 'stuck');
    // The first group of hosts is another thread's.
    const stuck = join(siteOf(out), 'hosts', `${addressOf(0)}.new`);
    await withTmpfs(stuck, 1000, async () => {
      const { code, stdout, stderr } = await pigsty(command(out));
      expect(stderr).toMatch(
        /^error\[file\/unusable\] \S+\/10\.0\.0\.1\.new\S* cannot be used: it is a mount point/m,
      );
      expect(stdout).toBe('');
      expect(code).toBe(2);
    });
  });
});

/** The number of one that this process may use. */
async function firstProcessor(): Promise<string> {
  const allowed = await mustRun('taskset', ['--cpu-list', '--pid', String(process.pid)]);
  return /: (\d+)/.exec(allowed)?.[1] ?? '0';
}
