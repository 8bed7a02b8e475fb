import * as z from 'zod';
import { type BuildRecord, defineRecord } from '../../model/build-record.ts';
import type { Site } from '../../model/site.ts';
import { sha256Of } from '../../text/digest.ts';
import { clusters, type PgsqlMember } from './members.ts';
import { otherGroups } from './topology/citus.ts';

/*
 * A bundle cannot know whether the users and databases that it declares are the newest: a host may have been down while the
 * others were updated, or go back to an older generation. The build numbers what a cluster declares, in a file beside the
 * inventory; provisioning takes nothing away for an older number (docs/databases.md).
 */
const schema = z.strictObject({
  clusters: z.record(
    z.string(),
    z.strictObject({
      declaration: z.int().min(1),
      content: z.string(),
      /** How Patroni's REST interface is served; absent in the records of builds that did not have TLS by default. */
      rest: z.enum(['http', 'https']).optional(),
    }),
  ),
});

export const pgsqlRecord = defineRecord('pgsql', schema);

type Declared = z.infer<typeof schema>['clusters'];

const read = new WeakMap<Site['files'], Declared | 'invalid'>();

/** What the last build declared, by cluster. */
function lastDeclared(site: Site): Declared | 'invalid' {
  const known = read.get(site.files) ?? readDeclared(site);
  read.set(site.files, known);
  return known;
}

function readDeclared(site: Site): Declared | 'invalid' {
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

/**
 * Whether Patroni's REST interface has TLS: as `patroni_ssl_enabled` says. Without it, a cluster keeps what it has: during
 * a change, HAProxy finds only the members that have changed as its own host (docs/high-availability.md). New clusters
 * have TLS; a new group of a Citus cluster does as the others.
 */
export function hasRestTls(member: PgsqlMember, site: Site): boolean {
  if (isRestDeclared(member)) return member.settings.patroni_ssl_enabled;
  const names = [member.cluster, ...otherGroups(member, site).map(({ cluster }) => cluster)];
  return names.every((name) => recordedRest(name, site) !== 'http');
}

/** Whether the inventory sets `patroni_ssl_enabled`. */
export function isRestDeclared({ host }: PgsqlMember): boolean {
  return host.parameters.origin('patroni_ssl_enabled').scope !== 'default';
}

/** How the last build served the REST interface of a cluster; undefined for a new cluster. */
export function recordedRest(cluster: string, site: Site): 'http' | 'https' | undefined {
  const last = lastDeclared(site);
  const known = last === 'invalid' ? undefined : last[cluster];
  return known && (known.rest ?? 'http');
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
    all[member.cluster] = {
      declaration: declarationNumber(member, site),
      content: contentOf(member),
      rest: hasRestTls(member, site) ? 'https' : 'http',
    };
  const sorted = Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1));
  return pgsqlRecord.write(site, { clusters: Object.fromEntries(sorted) });
}
