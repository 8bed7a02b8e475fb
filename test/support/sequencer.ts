import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Takes a third of an hour and one processor: what runs beside it begins with it. */
const LONGEST = 'boot/power-cut.test.ts';

/** The usual order, but that the longest file of a group is its first. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const group = (file: TestSpecification) => file.project.config.sequence.groupOrder;
    const isLongest = (file: TestSpecification) => Number(file.moduleId.endsWith(LONGEST));
    return sorted.sort((a, b) => group(a) - group(b) || isLongest(b) - isLongest(a));
  }
}
