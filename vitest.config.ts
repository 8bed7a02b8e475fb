import { defineConfig } from 'vitest/config';

const minute = 60_000;
/** `npm run test:long`: full counts, and what takes an hour. */
const long = process.env.PIGSTY_TEST_LONG ? ['test/long/**/*.test.ts'] : [];

/** `unit` is quick and parallel; the others start real programs, machines and networks, one file at a time. */
export default defineConfig({
  test: {
    globalSetup: ['test/support/install.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            'test/unit/**/*.test.ts',
            'test/bad/**/*.test.ts',
            'test/golden/**/*.test.ts',
            'test/contract/**/*.test.ts',
          ],
          testTimeout: minute,
        },
      },
      {
        extends: true,
        test: {
          name: 'oracle',
          include: ['test/oracle/**/*.test.ts', 'test/cli/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 10 * minute,
          hookTimeout: 15 * minute,
        },
      },
      {
        extends: true,
        test: {
          name: 'node',
          include: ['test/agent/**/*.test.ts', 'test/boot/**/*.test.ts', ...long],
          fileParallelism: false,
          testTimeout: 10 * minute,
          hookTimeout: 15 * minute,
        },
      },
    ],
    reporters: ['default', './test/support/count-reporter.ts'],
  },
});
