import { append } from '../../../model/multimap.ts';
import { perSite } from '../../../model/per-site.ts';
import type { Site, SiteHost } from '../../../model/site.ts';
import type { PgsqlMember } from '../members.ts';
import type { PgService } from '../params/schemas.ts';
import type { PgsqlSettings } from '../settings.ts';
import { positions } from './selector.ts';

export type ServiceSelection = {
  readonly selected: readonly PgsqlMember[];
  readonly backup: readonly PgsqlMember[];
};

/** A service of the cluster takes the place of a default one with its name, as in Pigsty, where it writes the same file. */
export function declaredServices(settings: PgsqlSettings): readonly PgService[] {
  const own = new Set(settings.pg_services.map(({ name }) => name));
  return [...settings.pg_default_services.filter(({ name }) => !own.has(name)), ...settings.pg_services];
}

/** The members that `selector` and `backup` select: JMESPath over the members' variables (pigsty.md section 1). */
export function selectMembers(service: PgService, members: readonly PgsqlMember[]): ServiceSelection {
  const ofMembers = selections.get(members) ?? new Map<PgService, ServiceSelection>();
  selections.set(members, ofMembers);
  const selection = ofMembers.get(service) ?? select(service, members);
  ofMembers.set(service, selection);
  return selection;
}

const selections = new WeakMap<readonly PgsqlMember[], Map<PgService, ServiceSelection>>();

function select(service: PgService, members: readonly PgsqlMember[]): ServiceSelection {
  const choose = (expression: string | undefined) =>
    (expression ? positions(expression, members) : []).flatMap((index) => members[index] ?? []);
  return { selected: choose(service.selector), backup: choose(service.backup) };
}

/** `dest`: default, postgres, pgbouncer, or a port. */
export function destinationPort(service: PgService, settings: PgsqlSettings): number {
  const destination =
    service.dest === undefined || service.dest === 'default'
      ? settings.pg_default_service_dest
      : service.dest;
  if (destination === 'pgbouncer') return settings.pgbouncer_port;
  return destination === 'postgres' ? settings.pg_port : Number(destination);
}

/** The hosts of the members, or of the group `pg_service_provider`. */
export function serviceHosts(members: readonly PgsqlMember[], site: Site): readonly SiteHost[] {
  const provider = members[0]?.settings.pg_service_provider ?? '';
  return provider === '' ? members.map(({ host }) => host) : (hostsOfGroup(site).get(provider) ?? []);
}

const hostsOfGroup = perSite((site): ReadonlyMap<string, readonly SiteHost[]> => {
  const found = new Map<string, SiteHost[]>();
  for (const host of site.hosts) for (const group of host.groups) append(found, group, host);
  return found;
});
