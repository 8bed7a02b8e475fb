import type { HostIp } from '../../../model/brand.ts';
import {
  PROXY_CA,
  PROXY_REVOCATIONS,
  type ProxyClients,
  type ProxyRelay,
  type ProxyServer,
  type ProxyService,
} from '../../../model/facts.ts';
import type { Site } from '../../../model/site.ts';
import { quoteHaproxy } from '../../../text/quote.ts';
import { CHECK_SECONDS, RISE_CHECKS } from '../ha/recovery.ts';
import { clusters, type PgsqlMember, pgsqlMembers } from '../members.ts';
import type { PgService } from '../params/schemas.ts';
import { hasRestTls } from '../record.ts';
import { type SourceClass, WORLD } from './hba/sources.ts';
import { relayClasses, relayUsers, serversOf, type Target, waysOf } from './relay.ts';
import { declaredServices, destinationPort, selectMembers, serviceHosts } from './services.ts';

/** The time to detect a new primary is part of the sum in recovery.ts; a failed one is down after 3 checks. */
const FAST_CHECK = `${CHECK_SECONDS * 1000}ms`;
const DEFAULT_SERVER = `inter 1s fastinter ${FAST_CHECK} downinter ${FAST_CHECK} rise ${RISE_CHECKS} fall 3 on-marked-down shutdown-sessions slowstart 30s maxconn 3000 maxqueue 128 weight 100`;

const TLS_CHECK = ` check-ssl verify required ca-file /etc/pigsty/current/${PROXY_CA} crl-file /etc/pigsty/current/${PROXY_REVOCATIONS}`;

/** The services of every cluster, on each host whose HAProxy runs them. */
export function proxyListeners(site: Site): { readonly ip: HostIp; readonly service: ProxyService }[] {
  return clusters(site).flatMap((members) => {
    const services = clusterServices(members, site);
    return serviceHosts(members, site).flatMap(({ ip }) => services.map((service) => ({ ip, service })));
  });
}

function clusterServices(members: readonly PgsqlMember[], site: Site): readonly ProxyService[] {
  const [first] = members;
  return first ? declaredServices(first.settings).map((service) => proxyService(service, members, site)) : [];
}

/** One HAProxy section: `<cluster>-<service>`, with health checks by Patroni. */
function proxyService(service: PgService, members: readonly PgsqlMember[], site: Site): ProxyService {
  const { selected, backup } = selectMembers(service, members);
  const settings = members[0]?.settings;
  const port = (member: PgsqlMember) => destinationPort(service, member.settings);
  const backups = backup.filter((member) => !selected.includes(member));
  const check = service.check ?? '/';
  const tlsCheck = members[0] && hasRestTls(members[0], site) ? TLS_CHECK : '';
  return {
    declared: declaration(service, members[0]),
    name: `${members[0]?.cluster}-${service.name}`,
    title: `service ${service.name} of cluster ${members[0]?.cluster}: ${check} answers 200`,
    address: service.ip ?? '*',
    port: service.port,
    mode: 'tcp',
    maxConnections: service.maxconn ?? 5000,
    balance: service.balance ?? 'roundrobin',
    options: [
      'option httpchk',
      `http-check send meth OPTIONS uri ${quoteHaproxy(check)}`,
      'http-check expect status 200',
    ],
    defaultServer: `${service.options ?? DEFAULT_SERVER} port ${settings?.patroni_port}${tlsCheck}`,
    servers: [
      ...selected.map((member) => server(member, port(member), backup.includes(member))),
      ...backups.map((member) => server(member, port(member), true)),
    ],
    clients: () => clientsOf(service, members, site),
  };
}

function clientsOf(
  service: PgService,
  members: readonly PgsqlMember[],
  site: Site,
): ProxyClients | undefined {
  const ways = [...(waysOf(service, members, site) ?? [])].map(([network, way]) => ({ network, way }));
  const isOpen = ways.some(({ network }) => network === WORLD) && ways.every(({ way }) => way === 'direct');
  if (ways.length === 0 || isOpen) return undefined;
  const { selected, backup } = selectMembers(service, members);
  const relays = serversOf(service, members, site).map(({ member, target }) =>
    relayServer(member, target, !selected.includes(member) || backup.includes(member)),
  );
  return { ways, relays };
}

/** It is up or down as the server is, by the checks of the service. */
function relayServer(member: PgsqlMember, target: Target, isBackup: boolean): ProxyServer {
  const port = member.settings[TARGETS[target].relay];
  const options = `weight ${member.settings.pg_weight}${isBackup ? ' backup' : ''}`;
  return { name: member.instance, address: member.host.ip, port, options };
}

const TARGETS = {
  postgres: { title: 'PostgreSQL', port: 'pg_port', relay: 'pg_relay_port' },
  pgbouncer: { title: 'pgbouncer', port: 'pgbouncer_port', relay: 'pgbouncer_relay_port' },
} as const;

/** The relays on the hosts of all members. */
export function proxyRelays(site: Site): { readonly ip: HostIp; readonly relay: ProxyRelay }[] {
  return pgsqlMembers(site).flatMap((member) =>
    (['postgres', 'pgbouncer'] as const).flatMap((target) => {
      const classes = relayClasses(target, member, site);
      return classes.length > 0
        ? [{ ip: member.host.ip, relay: relayOf(target, member, classes, site) }]
        : [];
    }),
  );
}

function relayOf(
  target: Target,
  member: PgsqlMember,
  classes: readonly SourceClass[],
  site: Site,
): ProxyRelay {
  const { title, port, relay: parameter } = TARGETS[target];
  const place = member.host.parameters.place(parameter);
  return {
    declared: { parameter, ...(place && { place }) },
    name: `${member.instance}-${target}`,
    title: `${title} of ${member.instance}, for clients whose addresses have rules of their own`,
    port: member.settings[parameter],
    users: relayUsers(member, site),
    classes: classes.map(({ address, networks }) => ({ address, networks })),
    server: { name: member.instance, address: member.host.ip, port: member.settings[port], options: '' },
  };
}

function declaration(service: PgService, member: PgsqlMember | undefined): ProxyService['declared'] {
  const own = member?.settings.pg_services.indexOf(service) ?? -1;
  const index = own >= 0 ? own : (member?.settings.pg_default_services.indexOf(service) ?? -1);
  const parameter = own >= 0 ? 'pg_services' : 'pg_default_services';
  const place = member?.host.parameters.place(parameter, [index, 'port']);
  return { parameter, ...(place && { place }) };
}

function server(member: PgsqlMember, port: number, isBackup: boolean): ProxyServer {
  const options = `check weight ${member.settings.pg_weight}${isBackup ? ' backup' : ''}`;
  return { name: member.instance, address: member.host.ip, port, options };
}
