import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RuleGroup } from '../../generator/model/monitoring.ts';
import type { PlanData } from '../../generator/model/plan.ts';
import { ruleFile } from '../../generator/modules/infra/monitoring/rule-files.ts';
import { writeYaml } from '../../generator/text/yaml-writer.ts';
import { type RunResult, run } from './process.ts';

/** Where the tests' alerts say that their pages are. */
export const PAGES = '/docs/alerts';

/** Writes a file of each group; answers their paths. */
export function writeRules(directory: string, groups: readonly RuleGroup[]): string[] {
  return groups.map((group) => writeData(join(directory, `${group.name}.yml`), ruleFile(group, PAGES)));
}

/** The result of `promtool check rules` with the groups. */
export function checkRules(directory: string, groups: readonly RuleGroup[]): Promise<RunResult> {
  return run('promtool', ['check', 'rules', '--lint-fatal', ...writeRules(directory, groups)]);
}

/** One file for `promtool test rules`: its rules, and its tests. */
export type RuleTest = {
  readonly name: string;
  readonly groups: readonly RuleGroup[];
  readonly tests: readonly PlanData[];
};

/** Writes the files, and runs promtool once for all of them: the code is not 0 if one test fails, and the output says which. */
export function testRules(directory: string, all: readonly RuleTest[]): Promise<RunResult> {
  const files = all.map(({ name, groups, tests }) => {
    const folder = join(directory, name);
    mkdirSync(folder, { recursive: true });
    const rule_files = writeRules(folder, groups);
    const data = { rule_files, evaluation_interval: '10s', tests };
    return writeData(join(folder, 'test.yml'), data);
  });
  return run('promtool', ['test', 'rules', ...files], { timeoutSeconds: 600 });
}

function writeData(file: string, data: PlanData): string {
  writeFileSync(file, writeYaml(plain(data)));
  return file;
}

type Plain = Parameters<typeof writeYaml>[0];

/** Test data has no references to secrets or images. */
function plain(data: PlanData): Plain {
  return JSON.parse(JSON.stringify(data)) as Plain;
}
