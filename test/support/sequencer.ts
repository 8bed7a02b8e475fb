import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Needs 20 minutes and one processor, so it starts first. */
const LONGEST = 'boot/power-cut.test.ts';

/** Measures seconds on three machines, so it runs after the one above. */
const LATER = 'boot/bootstrap.test.ts';

/** The usual order, except that the longest file of a group is first, and one file is late. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const groups = new Map<number, TestSpecification[]>();
    for (const file of await super.sort(files)) {
      const order = file.project.config.sequence.groupOrder;
      groups.set(order, [...(groups.get(order) ?? []), file]);
    }
    return [...groups].sort(([a], [b]) => a - b).flatMap(([, group]) => inTurn(group));
  }
}

function inTurn(group: readonly TestSpecification[]): TestSpecification[] {
  const first = group.filter(({ moduleId }) => moduleId.endsWith(LONGEST));
  const late = group.filter(({ moduleId }) => moduleId.endsWith(LATER));
  const others = group.filter((file) => !first.includes(file) && !late.includes(file));
  const turn = Math.ceil((2 / 3) * others.length);
  return [...first, ...others.slice(0, turn), ...late, ...others.slice(turn)];
}
