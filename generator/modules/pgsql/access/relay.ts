import { perSite } from '../../../model/per-site.ts';
import type { Site } from '../../../model/site.ts';
import { coversNetwork } from '../../../text/address.ts';
import { clusterMembers, clusters, type PgsqlMember } from '../members.ts';
import type { PgService } from '../params/schemas.ts';
import { type HbaContext, hbaContext } from './hba/context.ts';
import {
  hasUnknownAddress,
  letsIn,
  recordsFrom,
  type SourceClass,
  type SourceRecord,
  sourceKey,
  sourceNetworks,
  sourceRecords,
} from './hba/sources.ts';
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

/** The addresses that stand for others; the only program that uses them is a relay on the same host. */
export const RELAY_NETWORK = '127.77.0.0/16';
const CLASSES_PER_OCTET = 254;
/** A program on the host of HAProxy may also connect to servers from the host's address. */
const OWN_HOST = '127.0.0.0/8';

/** The server that a service leads to on a member; undefined for another program's port. */
export function targetOf(service: PgService, { settings }: PgsqlMember): Target | undefined {
  const port = destinationPort(service, settings);
  if (port === settings.pgbouncer_port) return 'pgbouncer';
  return port === settings.pg_port ? 'postgres' : undefined;
}

/** The members that a service may connect to. */
export function serversOf(service: PgService, members: readonly PgsqlMember[]): readonly PgsqlMember[] {
  const { selected, backup } = selectMembers(service, members);
  return [...new Set([...selected, ...backup])];
}

/**
 * The way for clients of each network that the rules of the service's servers name; the smallest network that contains a
 * client counts, and clients of none are refused. Undefined if the rules are unknown.
 */
export function waysOf(
  service: PgService,
  members: readonly PgsqlMember[],
  site: Site,
): ReadonlyMap<string, Way> | undefined {
  const servers = serversOf(service, members);
  const targets = servers.map((member) => targetOf(service, member));
  if (servers.length === 0 || targets.includes(undefined)) return undefined;
  const proxies = serviceHosts(members, site).map(({ ip }) => ip);
  const tables = servers.map((member, index) => tableOf(member, targets[index] ?? 'postgres', site));
  const hasRelays = servers.every(({ settings }) => settings.haproxy_enabled);
  const ways = new Map<string, Way>([[OWN_HOST, 'direct']]);
  for (const network of new Set(tables.flatMap(({ networks }) => networks))) {
    const way = wayOf(network, proxies, tables);
    ways.set(network, way === 'relay' && !hasRelays ? 'refused' : way);
  }
  return ways;
}

type Table = { readonly records: readonly SourceRecord[]; readonly networks: readonly string[] };

function tableOf(member: PgsqlMember, target: Target, site: Site): Table {
  const records = sourceRecords(hbaContext(target, member, site));
  const networks = sourceNetworks(records).filter((network) => !coversNetwork(OWN_HOST, network));
  return { records, networks };
}

function wayOf(network: string, proxies: readonly string[], tables: readonly Table[]): Way {
  if (!tables.some(({ records }) => letsIn(recordsFrom(network, records)))) return 'refused';
  const isSame = tables.every(({ records }) => {
    const key = sourceKey(recordsFrom(network, records));
    return !hasUnknownAddress(records) && proxies.every((ip) => sourceKey(recordsFrom(ip, records)) === key);
  });
  return isSame ? 'direct' : 'relay';
}

/** The servers of members that have a relay, with its classes, by instance. */
const relays = perSite((hosts) => {
  const site = hosts as Site;
  const found = new Map<string, Map<Target, readonly SourceClass[]>>();
  for (const members of clusters(site)) {
    const [first] = members;
    for (const service of first ? declaredServices(first.settings) : []) {
      if (![...(waysOf(service, members, site)?.values() ?? [])].includes('relay')) continue;
      for (const member of serversOf(service, members)) {
        const target = targetOf(service, member);
        const own = found.get(member.instance) ?? new Map<Target, readonly SourceClass[]>();
        found.set(member.instance, own);
        if (target && !own.has(target)) own.set(target, classesOf(tableOf(member, target, site)));
      }
    }
  }
  return found;
});

/** The classes of clients that the relay of a member's server tells apart; none without a relay. */
export function relayClasses(target: Target, member: PgsqlMember, site: Site): readonly SourceClass[] {
  return relays(site).get(member.instance)?.get(target) ?? [];
}

function classesOf({ records, networks }: Table): readonly SourceClass[] {
  const byKey = new Map<string, { networks: string[]; records: readonly SourceRecord[] }>();
  for (const network of networks) {
    const matching = recordsFrom(network, records);
    if (!letsIn(matching)) continue;
    const key = sourceKey(matching);
    const known = byKey.get(key);
    if (known) known.networks.push(network);
    else byKey.set(key, { networks: [network], records: matching });
  }
  return [...byKey.values()].map((one, index) => ({ ...one, address: classAddress(index) }));
}

function classAddress(index: number): string {
  return `127.77.${Math.floor(index / CLASSES_PER_OCTET)}.${(index % CLASSES_PER_OCTET) + 1}`;
}

/** The hosts whose HAProxy passes clients on to the relays of a cluster. */
export function relayUsers(member: PgsqlMember, site: Site): readonly string[] {
  return serviceHosts(clusterMembers(site, member.cluster), site).map(({ ip }) => ip);
}
