import type { Site } from '../../../model/site.ts';
import { clusterMembers, type PgsqlMember } from '../members.ts';
import type { PgService } from '../params/schemas.ts';
import { type HbaContext, hbaContext } from './hba/context.ts';
import { type SourceClass, type SourceTable, sourceTable } from './hba/sources.ts';
import { declaredServices, destinationPort, selectMembers, serviceHosts } from './services.ts';

/*
 * A server sees the address of HAProxy, not that of the client, so that rules for other addresses would apply. Clients for
 * which that makes a difference go another way: their HAProxy passes their address on (PROXY protocol) to the HAProxy on
 * the server's host, the relay, which connects to the server from an address of 127.77.0.0/16 that stands for all
 * addresses with the same rules. docs/decisions/service-sources.md
 */

export type Target = HbaContext['target'];

/** What HAProxy does with clients of a network: connect to the server, pass them on to its relay, or close. */
export type Way = 'direct' | 'relay' | 'refused';

/** The way for clients of each network that rules name. The smallest that contains a client counts; others are refused. */
export type Ways = ReadonlyMap<string, Way>;

/** A program on the host of HAProxy may also connect to servers from the host's address. */
const OWN_HOST = '127.0.0.0/8';

export type ServiceServer = { readonly member: PgsqlMember; readonly target: Target };

/** The servers of a service, and its ways if HAProxy runs on all their hosts. */
type Served = { readonly servers: readonly ServiceServer[]; readonly needed: Ways | undefined };

const known = new WeakMap<readonly PgsqlMember[], ReadonlyMap<PgService, Served>>();

/** The services of a cluster whose servers are PostgreSQL or pgbouncer. */
function servedOf(members: readonly PgsqlMember[], site: Site): ReadonlyMap<PgService, Served> {
  const found = known.get(members) ?? new Map(serve(members, site));
  known.set(members, found);
  return found;
}

function* serve(members: readonly PgsqlMember[], site: Site): Generator<[PgService, Served]> {
  const [first] = members;
  if (!first) return;
  const proxies = new Proxies(serviceHosts(members, site).map(({ ip }) => ip));
  const tables = (target: Target) =>
    new Map(members.map((member) => [member, sourceTable(hbaContext(target, member, site))]));
  const tableOf = { postgres: tables('postgres'), pgbouncer: tables('pgbouncer') };
  for (const service of declaredServices(first.settings)) {
    const { selected, backup } = selectMembers(service, members);
    const all = [...new Set([...selected, ...backup])];
    const servers = all.flatMap((member) => {
      const target = targetOf(service, member);
      return target ? [{ member, target }] : [];
    });
    const rules = new Set(servers.flatMap(({ member, target }) => tableOf[target].get(member) ?? []));
    const isKnown = all.length > 0 && servers.length === all.length;
    yield [service, { servers, needed: isKnown ? waysBetween(proxies, [...rules]) : undefined }];
  }
}

/** The hosts of a cluster's services, and the rules that they meet themselves. */
class Proxies {
  readonly #ips: readonly string[];
  readonly #keys = new Map<SourceTable, ReadonlySet<number>>();

  constructor(ips: readonly string[]) {
    this.#ips = ips;
  }

  keysIn(table: SourceTable): ReadonlySet<number> {
    const keys = this.#keys.get(table) ?? new Set(this.#ips.map((ip) => table.keyOf(ip)));
    this.#keys.set(table, keys);
    return keys;
  }
}

/** The server that a service leads to on a member; undefined for another program's port. */
function targetOf(service: PgService, { settings }: PgsqlMember): Target | undefined {
  const port = destinationPort(service, settings);
  if (port === settings.pgbouncer_port) return 'pgbouncer';
  return port === settings.pg_port ? 'postgres' : undefined;
}

/** The servers that a service may connect to. */
export function serversOf(
  service: PgService,
  members: readonly PgsqlMember[],
  site: Site,
): readonly ServiceServer[] {
  return servedOf(members, site).get(service)?.servers ?? [];
}

/** Undefined if the rules of the servers are unknown. */
export function waysOf(service: PgService, members: readonly PgsqlMember[], site: Site): Ways | undefined {
  const ways = neededWays(service, members, site);
  const hasRelays = serversOf(service, members, site).every(({ member }) => member.settings.haproxy_enabled);
  if (!ways || hasRelays) return ways;
  return new Map([...ways].map(([network, way]) => [network, way === 'relay' ? 'refused' : way]));
}

/** The same if HAProxy runs on all members. */
export function neededWays(
  service: PgService,
  members: readonly PgsqlMember[],
  site: Site,
): Ways | undefined {
  return servedOf(members, site).get(service)?.needed;
}

const waysByKeys = new WeakMap<SourceTable, Map<string, Ways>>();

/** Clusters with the same rules, whose proxies meet the same ones of them, have the same ways. */
function waysBetween(proxies: Proxies, tables: readonly SourceTable[]): Ways {
  const [first, ...others] = tables;
  if (!first || others.length > 0) return computeWays(proxies, tables);
  const byKeys = waysByKeys.get(first) ?? new Map<string, Ways>();
  waysByKeys.set(first, byKeys);
  const key = [...proxies.keysIn(first)].join();
  const ways = byKeys.get(key) ?? computeWays(proxies, tables);
  byKeys.set(key, ways);
  return ways;
}

function computeWays(proxies: Proxies, tables: readonly SourceTable[]): Ways {
  const wayOf = (network: string): Way => {
    if (!tables.some((table) => table.letsIn(network))) return 'refused';
    // The address of a proxy may be one that only the server knows.
    const isSame = tables.every((table) => {
      const keys = proxies.keysIn(table);
      return !table.hasUnknown && keys.size === 1 && keys.has(table.keyOf(network));
    });
    return isSame ? 'direct' : 'relay';
  };
  const networks = new Set(tables.flatMap((table) => table.networks));
  return new Map([
    [OWN_HOST, 'direct'],
    ...[...networks].map((network) => [network, wayOf(network)] as const),
  ]);
}

/** The classes of clients that the relay of a member's server tells apart; none without a relay. */
export function relayClasses(target: Target, member: PgsqlMember, site: Site): readonly SourceClass[] {
  const served = [...servedOf(clusterMembers(site, member.cluster), site).values()];
  const isRelayed = served.some(
    ({ servers, needed }) =>
      servers.some((server) => server.member === member && server.target === target) && hasRelay(needed),
  );
  return isRelayed ? sourceTable(hbaContext(target, member, site)).classes : [];
}

const withRelay = new WeakMap<Ways, boolean>();

function hasRelay(ways: Ways | undefined): boolean {
  if (!ways) return false;
  const found = withRelay.get(ways) ?? [...ways.values()].includes('relay');
  withRelay.set(ways, found);
  return found;
}

/** The hosts whose HAProxy passes clients on to the relays of a cluster. */
export function relayUsers(member: PgsqlMember, site: Site): readonly string[] {
  return serviceHosts(clusterMembers(site, member.cluster), site).map(({ ip }) => ip);
}
