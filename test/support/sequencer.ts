import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What fails in seconds comes first; of the machines, those that take longest. */
const TURNS = [
  /\/test\/(unit|bad|golden|contract|fuzz)\//,
  /\/oracle\/(images|engines|lock|dockerfile)\.test\.ts$/,
  /\/test\/(oracle|cli)\//,
  /\/boot\/(topologies|singleton|interrupted|meta|bootstrap)\.test\.ts$/,
  /\/boot\//,
];

/** Quick files first, then the longest. */
export class InTurn extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.sort((one, other) => group(one) - group(other) || turn(one) - turn(other));
  }
}

function group({ project }: TestSpecification): number {
  return project.config.sequence.groupOrder;
}

function turn({ moduleId }: TestSpecification): number {
  const found = TURNS.findIndex((pattern) => pattern.test(moduleId));
  return found === -1 ? TURNS.length : found;
}
