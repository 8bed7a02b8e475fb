import { append } from '../../model/multimap.ts';
import type { Place } from '../../model/origin.ts';
import { perSite } from '../../model/per-site.ts';
import type { Settings } from '../../model/settings.ts';
import type { SiteHost, SiteHosts } from '../../model/site.ts';
import { withRelease } from './packages/release.ts';
import type { PgsqlSettings } from './settings.ts';

export type PgRole = 'primary' | 'replica' | 'offline' | 'standby' | 'delayed';

export type PgsqlMember = {
  readonly host: SiteHost;
  /** `pg_version`, `image_platform` and `image_sources` are those of the member's PostgreSQL image: release.ts. */
  readonly settings: PgsqlSettings;
  readonly cluster: string;
  readonly seq: number;
  readonly role: PgRole;
  /** `<cluster>-<seq>`, Patroni's name of the member. */
  readonly instance: string;
};

/** True for hosts that belong to a PostgreSQL cluster, complete or not: membership is by variable (pigsty.md section 1). */
export function isPgsqlHost(host: SiteHost): boolean {
  const { pg_cluster, pg_seq } = host.parameters.values;
  return pg_cluster !== undefined && (pg_seq !== undefined || host.groups.includes(String(pg_cluster)));
}

/** True for hosts that are a member, with a complete identity. */
export function isMember(host: SiteHost): boolean {
  return isPgsqlHost(host) && host.parameters.values.pg_seq !== undefined;
}

/** All members of all clusters whose identity is complete, by cluster and sequence. */
export const pgsqlMembers = perSite((site): readonly PgsqlMember[] =>
  site.hosts
    .filter(isMember)
    .flatMap(toMember)
    .sort((a, b) => (a.cluster === b.cluster ? a.seq - b.seq : a.cluster < b.cluster ? -1 : 1)),
);

const byCluster = perSite((site) => {
  const found = new Map<string, PgsqlMember[]>();
  for (const member of pgsqlMembers(site)) append(found, member.cluster, member);
  return found;
});

const byHost = perSite((site) => new Map(pgsqlMembers(site).map((member) => [member.host, member])));

/** The member on a host. */
export function memberOf(host: SiteHost, site: SiteHosts): PgsqlMember | undefined {
  return byHost(site).get(host);
}

/** The members of one cluster, by sequence. */
export function clusterMembers(site: SiteHosts, cluster: string): readonly PgsqlMember[] {
  return byCluster(site).get(cluster) ?? [];
}

/** The members of each cluster, by name and sequence. */
export function clusters(site: SiteHosts): readonly (readonly PgsqlMember[])[] {
  return [...byCluster(site).values()];
}

/** Where a parameter of a member is set; for a default, the member itself. */
export function placeOf({ host }: PgsqlMember, parameter: string): Place {
  return host.parameters.place(parameter) ?? host.keyWith('pg_seq');
}

function toMember(host: SiteHost): PgsqlMember[] {
  const settings = withRelease(host);
  if (!hasIdentity(settings)) return [];
  const { pg_cluster: cluster, pg_seq: seq, pg_role: role } = settings;
  return [{ host, settings, cluster, seq, role: role ?? 'replica', instance: `${cluster}-${seq}` }];
}

function hasIdentity(settings: Settings): settings is PgsqlSettings {
  return settings.pg_cluster !== undefined && settings.pg_seq !== undefined;
}
