import type { FilePlan } from '../../../model/plan.ts';
import type { PgsqlMember } from '../members.ts';
import { eachPresent } from '../present.ts';
import { citusGroup } from '../topology/citus.ts';

/** The SQL file of a new database, as a file in the generation. */
export type Baseline = { readonly database: string; readonly file: string; readonly text: string };

/** Baselines of Pigsty's own templates; their files are part of Pigsty, not of the inventory. */
export const PIGSTY_BASELINES: ReadonlySet<string> = new Set([
  'cmdb.sql',
  'supa.sql',
  'supabase.sql',
  'insforge.sql',
]);

export function baselineNames({ settings }: PgsqlMember): string[] {
  return eachPresent(settings.pg_databases, ({ baseline }) => (baseline === undefined ? [] : [baseline]));
}

/**
 * The baselines with a file; databases that accept no connections have none. Only the coordinator runs the baseline of a
 * distributed database; Citus distributes the result.
 */
export function baselines(member: PgsqlMember, files: ReadonlyMap<string, string>): Baseline[] {
  const part = citusGroup(member);
  return eachPresent(member.settings.pg_databases, ({ name, baseline, allowconn }, index) => {
    const text = baseline === undefined ? undefined : files.get(baseline);
    const isOfCoordinator = part !== undefined && part.number > 0 && part.database === name;
    if (text === undefined || allowconn === false || isOfCoordinator) return [];
    return [{ database: name, file: `baseline-${index + 1}.sql`, text }];
  });
}

/** The unchanged file, with a newline at its end. */
export function baselineFile({ file, text }: Baseline, directory: string, group: string): FilePlan {
  const lines = text.replace(/\n$/, '').split('\n');
  return { path: `${directory}/${file}`, mode: 0o640, group, source: { kind: 'text', lines } };
}
