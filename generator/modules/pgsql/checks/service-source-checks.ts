import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import type { Place } from '../../../model/origin.ts';
import type { Site } from '../../../model/site.ts';
import { hbaContext } from '../access/hba/context.ts';
import type { HbaSource } from '../access/hba/groups.ts';
import { showRecord } from '../access/hba/print.ts';
import {
  isKnownToServerOnly,
  isTrusting,
  networkOf,
  type SourceRecord,
  sourceTable,
} from '../access/hba/sources.ts';
import { neededWays, serversOf, type Target } from '../access/relay.ts';
import { declaredServices } from '../access/services.ts';
import { clusterMembers, type PgsqlMember, placeOf } from '../members.ts';
import type { PgService } from '../params/schemas.ts';

type Reason = 'address' | 'samenet' | 'trust';

const HELP = {
  address: 'HAProxy does not know which addresses this word means: write networks, as 10.10.10.0/24',
  samenet:
    'HAProxy does not know which addresses `samenet` means, and no later rule for the same users applies there: write networks, as 10.10.10.0/24',
  trust:
    'HAProxy connects for its clients, and other programs on its host could do the same without a password: use `auth: pwd` or `auth: cert`',
} as const;

const rules = {
  notForServices: rule<{ line: string; ports: readonly number[]; reason: Reason }>(
    'pgsql/rule-not-for-services',
    {
      severity: 'warning',
      message: ({ line, ports }) =>
        `the rule \`${line}\` lets nobody in through service ${ports.length > 1 ? 'ports' : 'port'} ${ports.join(', ')}`,
      label: () => 'for direct connections only',
      help: ({ reason }) => HELP[reason],
    },
  ),
  noRelay: rule<{ service: string; networks: readonly string[]; members: readonly string[] }>(
    'pgsql/service-without-relay',
    {
      severity: 'warning',
      message: ({ service, networks, members }) =>
        `service \`${service}\` refuses clients from ${networks.join(', ')}: HAProxy does not run on ${members.join(', ')}`,
      label: () => 'set here',
      help: () =>
        'other rules apply to these clients than to the hosts of the service, and HAProxy on each member would tell its server their addresses',
    },
  ),
};

/** Rules for addresses that do not apply to clients of services. */
export function checkServiceSources(members: readonly PgsqlMember[], site: Site): Diagnostic[] {
  const [first] = members;
  if (!first) return [];
  return [
    ...checkRules('postgres', first, members, site),
    ...checkRules('pgbouncer', first, members, site),
    ...declaredServices(first.settings).flatMap((service) => checkRelays(service, members, site)),
  ];
}

function checkRules(
  target: Target,
  first: PgsqlMember,
  members: readonly PgsqlMember[],
  site: Site,
): Diagnostic[] {
  const doubtful = sourceTable(hbaContext(target, first, site)).exceptions.flatMap((one) => {
    const reason = reasonOf(one, target, first, site);
    return reason ? [{ ...one, reason }] : [];
  });
  if (doubtful.length === 0) return [];
  const ports = portsOf(target, members, site);
  const rulesOnce = new Map(doubtful.map((one) => [`${one.source.parameter} ${one.source.index}`, one]));
  return [...rulesOnce.values()].flatMap(({ source, record, reason }) =>
    ports.length === 0
      ? []
      : [rules.notForServices.at(placeOfRule(first, source), { line: showRecord(record), ports, reason })],
  );
}

/** The ports of the services that lead to this server. */
function portsOf(target: Target, members: readonly PgsqlMember[], site: Site): number[] {
  const [first] = members;
  const services = first ? declaredServices(first.settings) : [];
  return services.flatMap((service) =>
    serversOf(service, members, site).some((server) => server.target === target) ? [service.port] : [],
  );
}

function reasonOf(one: SourceRecord, target: Target, member: PgsqlMember, site: Site): Reason | undefined {
  if (one.method === 'reject') return undefined;
  if (one.address === 'samenet') return 'samenet';
  if (isKnownToServerOnly(one)) return 'address';
  if (!isTrusting(one.method)) return undefined;
  // Where HAProxy connects directly, its own address has the same rule.
  const members = clusterMembers(site, member.cluster);
  const isRelayed = declaredServices(member.settings).some(
    (service) =>
      serversOf(service, members, site).some((server) => server.target === target) &&
      neededWays(service, members, site)?.get(networkOf(one) ?? '') === 'relay',
  );
  return isRelayed ? 'trust' : undefined;
}

function placeOfRule(member: PgsqlMember, { parameter, index }: HbaSource): Place {
  const place = index === undefined ? undefined : member.host.parameters.place(parameter, [index]);
  return place ?? placeOf(member, parameter);
}

/** Without HAProxy on a member, nothing tells its server the address of a client. */
function checkRelays(service: PgService, members: readonly PgsqlMember[], site: Site): Diagnostic[] {
  if (members.every(({ settings }) => settings.haproxy_enabled)) return [];
  const without = serversOf(service, members, site).flatMap(({ member }) =>
    member.settings.haproxy_enabled ? [] : [member],
  );
  const [first] = without;
  if (!first) return [];
  const ways = [...(neededWays(service, members, site) ?? [])];
  const networks = ways.flatMap(([network, way]) => (way === 'relay' ? [network] : []));
  if (networks.length === 0) return [];
  const words = { service: service.name, networks, members: without.map(({ instance }) => instance) };
  return [rules.noRelay.at(placeOf(first, 'haproxy_enabled'), words)];
}
