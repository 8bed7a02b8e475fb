import * as z from 'zod';
import { type BuildRecord, defineRecord } from '../../model/build-record.ts';
import type { Site } from '../../model/site.ts';
import { sha256Of } from '../../text/digest.ts';
import { clusters, type PgsqlMember } from './members.ts';

/*
 * A bundle cannot know whether the users and databases that it declares are the newest: a host may have been down while the
 * others were updated, or go back to an older generation. The build numbers what a cluster declares, in a file beside the
 * inventory; provisioning takes nothing away for an older number (docs/databases.md).
 */
const schema = z.strictObject({
  clusters: z.record(z.string(), z.strictObject({ declaration: z.int().min(1), content: z.string() })),
});

export const pgsqlRecord = defineRecord('pgsql', schema);

/** What the last build declared, by cluster. */
function lastDeclared(site: Site): z.infer<typeof schema>['clusters'] | 'invalid' {
  const last = pgsqlRecord.last(site);
  return last === 'invalid' ? last : (last?.clusters ?? {});
}

/** The number of what this build declares for a cluster: that of the last one, or the next one if it is something else. */
export function declarationNumber(member: PgsqlMember, site: Site): number {
  const last = lastDeclared(site);
  const known = last === 'invalid' ? undefined : last[member.cluster];
  if (!known) return 1;
  return known.content === contentOf(member) ? known.declaration : known.declaration + 1;
}

/** A hash of the users, databases and passwords of a cluster. */
function contentOf({ settings }: PgsqlMember): string {
  const { pg_users, pg_databases, pg_default_roles, pg_default_privileges, pg_default_schemas } = settings;
  const { pg_default_extensions, pg_replication_password, pg_monitor_password, pg_admin_password } = settings;
  const parts = [
    ...[pg_users, pg_databases, pg_default_roles, pg_default_privileges, pg_default_schemas],
    ...[pg_default_extensions, pg_replication_password, pg_monitor_password, pg_admin_password],
  ];
  return sha256Of(JSON.stringify(parts));
}

/** The file for the next build; clusters that are gone keep their number. */
export function recordOf(site: Site): BuildRecord | undefined {
  const found = clusters(site).flatMap(([first]) => (first ? [first] : []));
  const last = lastDeclared(site);
  if (found.length === 0 || last === 'invalid') return undefined;
  const all = { ...last };
  for (const member of found)
    all[member.cluster] = { declaration: declarationNumber(member, site), content: contentOf(member) };
  const sorted = Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1));
  return pgsqlRecord.write(site, { clusters: Object.fromEntries(sorted) });
}
