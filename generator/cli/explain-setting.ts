import { leavesOfHost } from '../explain/plan-origins.ts';
import { leavesOfSetting, settingNames } from '../explain/settings.ts';
import { memberOf, type PgsqlMember } from '../modules/pgsql/members.ts';
import { OWNED } from '../modules/pgsql/server/declared-settings.ts';
import { settingsOf } from '../modules/pgsql/server/settings.ts';
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
  const unset = named.length === 0 ? unsetText(memberOf(found, site), name) : undefined;
  if (unset !== undefined) return run.print(unset);
  if (named.length === 0) run.unwrap(noParameter(name, settingNames(leaves)));
  printLeaves(run, { site, host: found, asked: name, isJson: flags.json === true }, named);
}

/** A parameter of PostgreSQL that no file sets; undefined for other names. */
function unsetText(member: PgsqlMember | undefined, name: string): string | undefined {
  const major = member?.settings.pg_version;
  const setting = major === undefined ? undefined : settingsOf(major)?.get(name.toLowerCase());
  if (!setting) return undefined;
  const isFixed = setting.context === 'internal' || OWNED.has(setting.name);
  return [
    `${setting.name} is a parameter of PostgreSQL ${major} that nothing sets: its default holds`,
    `  see it: psql -c 'SHOW ${setting.name}'`,
    ...(isFixed ? [] : [`  set it: pg_parameters: { ${setting.name}: … }`]),
  ].join('\n');
}
