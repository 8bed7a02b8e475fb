import type { Site } from '../../../model/site.ts';
import { predefinedRoles } from '../access/predefined-roles.ts';
import { allUsers } from '../access/users.ts';
import { clusterMembers, type PgsqlMember } from '../members.ts';
import { isPresent } from '../present.ts';
import type { PgsqlSettings } from '../settings.ts';
import { standbySource } from '../topology/upstream.ts';

/** The names that a cluster has, and that its variables may refer to. */
export type KnownNames = {
  readonly member: PgsqlMember;
  /** Users and groups of the inventory, and predefined roles. */
  readonly roles: ReadonlySet<string>;
  readonly databases: ReadonlySet<string>;
  /** Words for a standby cluster whose upstream is not in this inventory: its roles and databases come from there. */
  readonly upstream: string | undefined;
};

/** The names of a cluster; a standby cluster also has those of its upstream. */
export function knownNames(member: PgsqlMember, site: Site): KnownNames {
  const { settings } = member;
  const source = standbySource(clusterMembers(site, member.cluster), site);
  const all = [settings, ...(source?.members.slice(0, 1) ?? []).map((other) => other.settings)];
  const isElsewhere = source !== undefined && source.members.length === 0;
  return {
    member,
    roles: new Set([...all.flatMap(rolesOf), ...predefinedRoles(settings.pg_version)]),
    databases: new Set(all.flatMap((one) => one.pg_databases.filter(isPresent).map(({ name }) => name))),
    upstream: isElsewhere ? `it must exist in the upstream ${source.hosts.join(', ')}` : undefined,
  };
}

function rolesOf(settings: PgsqlSettings): string[] {
  return [settings.pg_dbsu, ...allUsers(settings).map(({ name }) => name)];
}
