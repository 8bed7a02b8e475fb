import type { Reporter, TestModule } from 'vitest/node';
import { minutesPerFile } from './minutes.ts';
import { SEED } from './random.ts';

/**
 * Ends a run with the seed of its samples, a table of minutes per file, and the one line that other programs read: `N
 * passed, N failed, N skipped`.
 */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      if (module.state() === 'failed' && [...module.children.allTests()].length === 0) counts.failed += 1;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state !== 'pending') counts[state] += 1;
      }
    }
    const { passed, failed, skipped } = counts;
    process.stdout.write(`\nPIGSTY_TEST_SEED=${SEED}\n${minutesPerFile(modules)}`);
    process.stdout.write(`\n${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  }
}
