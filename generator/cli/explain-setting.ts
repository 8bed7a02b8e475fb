import { leavesOfHost } from '../explain/plan-origins.ts';
import { leavesOfSetting, settingNames } from '../explain/settings.ts';
import { findHost, isParameter, noParameter, runExplain } from './explain.ts';
import { compiler, printLeaves } from './explain-plan.ts';
import { type CommonOptions, Run } from './run.ts';

/**
 * `pigsty explain HOST NAME`: a parameter of Pigsty, or a setting of a program in a generated file by its own name:
 * `shared_buffers`, `max_client_conn`, `election-timeout`.
 */
export async function runExplainName(host: string, name: string, flags: CommonOptions): Promise<void> {
  if (name === '' || isParameter(name)) return runExplain(host, name, flags);
  const run = new Run({ ...flags, quiet: true });
  const { site } = await run.compile(undefined, flags);
  const found = run.unwrap(findHost(site, host));
  const leaves = leavesOfHost(found, site, compiler);
  const named = leavesOfSetting(leaves, name);
  if (named.length === 0) run.unwrap(noParameter(name, settingNames(leaves)));
  printLeaves(run, { site, host: found, asked: name, isJson: flags.json === true }, named);
}
