import type { Reporter, TestModule } from 'vitest/node';
import { recordHarness } from './harness.ts';

/** Records the harness when all its tests have passed. */
export default class HarnessRecorder implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const hasRun = ['lab', 'vm'].every((name) =>
      modules.some(({ moduleId }) => moduleId.endsWith(`harness/${name}.test.ts`)),
    );
    if (hasRun && tests.every((test) => test.result().state === 'passed')) {
      recordHarness();
    }
  }
}
