import * as z from 'zod';
import { type BuildRecord, defineRecord } from '../../model/build-record.ts';
import { type Offer, offer, StoreUsers } from '../../model/facts.ts';
import { append } from '../../model/multimap.ts';
import { ownValue } from '../../model/own-value.ts';
import type { Site } from '../../model/site.ts';
import { sha256Of } from '../../text/digest.ts';
import { clusters, type PgsqlMember, pgsqlMembers } from './members.ts';
import { releaseOf } from './packages/release.ts';
import { otherGroups, storePrefix } from './topology/citus.ts';

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
      /** The major version of PostgreSQL; absent in the records of earlier builds. */
      version: z.int().optional(),
    }),
  ),
  /** The users in etcd, by the prefix of their keys. */
  store: z.strictObject({ declaration: z.int().min(1), users: z.array(z.string()) }).optional(),
});

export const pgsqlRecord = defineRecord('pgsql', schema);

type Recorded = z.infer<typeof schema>;

const read = new WeakMap<Site['files'], Recorded | 'invalid'>();

/** What the last build declared. */
function lastDeclared(site: Site): Recorded | 'invalid' {
  const known = read.get(site.files) ?? readDeclared(site);
  read.set(site.files, known);
  return known;
}

function readDeclared(site: Site): Recorded | 'invalid' {
  return pgsqlRecord.last(site) ?? { clusters: {} };
}

/** The number of what this build declares for a cluster: that of the last one, or the next one if it is something else. */
export function declarationNumber(member: PgsqlMember, site: Site): number {
  const last = lastDeclared(site);
  const known = last === 'invalid' ? undefined : ownValue(last.clusters, member.cluster);
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
  const known = last === 'invalid' ? undefined : ownValue(last.clusters, cluster);
  return known && (known.rest ?? 'http');
}

/** The major version that the last build had for a cluster. */
export function recordedVersion(cluster: string, site: Site): number | undefined {
  const last = lastDeclared(site);
  return last === 'invalid' ? undefined : ownValue(last.clusters, cluster)?.version;
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
  const all = { ...last.clusters };
  for (const member of found)
    all[member.cluster] = {
      declaration: declarationNumber(member, site),
      content: contentOf(member),
      rest: hasRestTls(member, site) ? 'https' : 'http',
      version: releaseOf(member.host).version,
    };
  const sorted = Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1));
  return pgsqlRecord.write(site, { clusters: Object.fromEntries(sorted), store: storeOf(site) });
}

/** The users that etcd is to have, by the prefix of their keys: a Citus cluster is one. */
function storeMembers(site: Site): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const member of pgsqlMembers(site)) append(found, storePrefix(member), member.instance);
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A host of etcd with an older bundle must not remove the user of a new cluster: the set of users has a number too. */
function storeOf(site: Site): NonNullable<Recorded['store']> {
  const users = [...storeMembers(site).keys()];
  const last = lastDeclared(site);
  const known = last === 'invalid' ? undefined : last.store;
  if (!known) return { declaration: 1, users };
  const isSame = JSON.stringify(known.users) === JSON.stringify(users);
  return { declaration: known.declaration + (isSame ? 0 : 1), users };
}

/** The users of the clusters in etcd, for the hosts of etcd; none without clusters. */
export function storeUsers(site: Site): Offer {
  const users = [...storeMembers(site)].map(([prefix, members]) => ({ prefix, members }));
  return offer(StoreUsers, users.length === 0 ? [] : [{ declaration: storeOf(site).declaration, users }]);
}
