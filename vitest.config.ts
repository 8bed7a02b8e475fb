import { defineConfig } from 'vitest/config';
import { isHarnessTested } from './test/support/harness.ts';
import { InTurn } from './test/support/sequencer.ts';

const minute = 60_000;
/** Promises in seconds: these want the whole computer. */
const clusters = ['failures', 'operations'].map((name) => `test/boot/${name}.test.ts`);
/** The cases of test/bad that run the built command, apt and dpkg-deb. */
const commands = 'test/bad/commands.test.ts';
/** `npm run test:long`: full counts, and what takes an hour. */
const long = process.env.PIGSTY_TEST_LONG ? ['test/long/**/*.test.ts'] : [];
/** The harness's own tests run when it has changed since they passed: docs/testing.md. */
const isHarnessWanted = process.env.PIGSTY_TEST_LONG || process.env.PIGSTY_TEST_HARNESS || !isHarnessTested();
const machines = ['agent', 'security', 'boot', ...(isHarnessWanted ? ['harness'] : [])];
/** Real programs, machines and networks take their time. */
const patient = { testTimeout: 10 * minute, hookTimeout: 15 * minute };

/** One group after the other: `unit` is quick, `real` starts programs and machines, `cluster` goes one file at a time. */
export default defineConfig({
  test: {
    globalSetup: ['test/support/install.ts'],
    sequence: { sequencer: InTurn },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['unit', 'bad', 'golden', 'contract', 'fuzz'].map(
            (folder) => `test/${folder}/**/*.test.ts`,
          ),
          exclude: [commands],
          sequence: { groupOrder: 0 },
          testTimeout: 2 * minute,
        },
      },
      {
        extends: true,
        test: {
          name: 'real',
          include: [
            commands,
            ...['oracle', 'cli', ...machines].map((folder) => `test/${folder}/**/*.test.ts`),
          ],
          exclude: clusters,
          sequence: { groupOrder: 1 },
          maxWorkers: 3,
          ...patient,
        },
      },
      {
        extends: true,
        test: {
          name: 'cluster',
          include: [...clusters, ...long],
          sequence: { groupOrder: 2 },
          fileParallelism: false,
          ...patient,
        },
      },
    ],
    reporters: ['default', './test/support/count-reporter.ts'],
  },
});
