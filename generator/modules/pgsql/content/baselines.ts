import type { FilePlan } from '../../../model/plan.ts';
import type { PgsqlMember } from '../members.ts';
import { citusPart } from '../topology/citus.ts';

/** The SQL file that a database starts with, as it lies in the generation. */
export type Baseline = { readonly database: string; readonly file: string; readonly text: string };

/** Baselines that come with Pigsty's own templates; their files come with Pigsty, not with the inventory. */
export const SHIPPED_BASELINES: ReadonlySet<string> = new Set(['cmdb.sql', 'supa.sql']);

export function baselineNames({ settings }: PgsqlMember): string[] {
  return settings.pg_databases.flatMap(({ baseline }) => (baseline === undefined ? [] : [baseline]));
}

/**
 * The baselines that there are files for; databases that take no connections have none. That of a Citus database is the
 * coordinator's, who spreads what it makes.
 */
export function baselines(member: PgsqlMember, files: ReadonlyMap<string, string>): Baseline[] {
  const part = citusPart(member);
  return member.settings.pg_databases.flatMap(({ name, baseline, allowconn }, index) => {
    const text = baseline === undefined ? undefined : files.get(baseline);
    const isOfCoordinator = part !== undefined && part.group > 0 && part.database === name;
    if (text === undefined || allowconn === false || isOfCoordinator) return [];
    return [{ database: name, file: `baseline-${index + 1}.sql`, text }];
  });
}

/** The file as it is, but for its last newline, which it always has. */
export function baselineFile({ file, text }: Baseline, directory: string, owner: string): FilePlan {
  const lines = text.replace(/\n$/, '').split('\n');
  return { path: `${directory}/${file}`, mode: 0o600, owner, group: owner, source: { kind: 'text', lines } };
}
