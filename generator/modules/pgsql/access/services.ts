import type { HostIp } from '../../../model/brand.ts';
import { PROXY_CA, type ProxyServer, type ProxyService } from '../../../model/facts.ts';
import { append } from '../../../model/multimap.ts';
import { perSite } from '../../../model/per-site.ts';
import type { Site, SiteHost } from '../../../model/site.ts';
import { CHECK_SECONDS, RISE_CHECKS } from '../ha/recovery.ts';
import { clusters, type PgsqlMember } from '../members.ts';
import type { PgService } from '../params/schemas.ts';
import type { PgsqlSettings } from '../settings.ts';
import { positions } from './selector.ts';

/** The time to detect a new primary is part of the sum in recovery.ts; a failed one is down after 3 checks. */
const FAST_CHECK = `${CHECK_SECONDS * 1000}ms`;
const DEFAULT_SERVER = `inter 1s fastinter ${FAST_CHECK} downinter ${FAST_CHECK} rise ${RISE_CHECKS} fall 3 on-marked-down shutdown-sessions slowstart 30s maxconn 3000 maxqueue 128 weight 100`;

const TLS_CHECK = ` check-ssl verify required ca-file /etc/pigsty/current/${PROXY_CA}`;

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
  const choose = (expression: string | undefined) =>
    (expression ? positions(expression, members) : []).flatMap((index) => members[index] ?? []);
  return { selected: choose(service.selector), backup: choose(service.backup) };
}

/** One HAProxy section: `<cluster>-<service>`, with health checks by Patroni. */
export function proxyService(service: PgService, members: readonly PgsqlMember[]): ProxyService {
  const { selected, backup } = selectMembers(service, members);
  const settings = members[0]?.settings;
  const port = (member: PgsqlMember) => destinationPort(service, member.settings);
  const backups = backup.filter((member) => !selected.includes(member));
  const check = service.check ?? '/';
  const tlsCheck = settings?.patroni_ssl_enabled ? TLS_CHECK : '';
  return {
    declared: declaration(service, members[0]),
    name: `${members[0]?.cluster}-${service.name}`,
    title: `service ${service.name} of cluster ${members[0]?.cluster}: ${check} answers 200`,
    address: service.ip ?? '*',
    port: service.port,
    mode: 'tcp',
    maxConnections: service.maxconn ?? 5000,
    balance: service.balance ?? 'roundrobin',
    options: ['option httpchk', `http-check send meth OPTIONS uri ${check}`, 'http-check expect status 200'],
    defaultServer: `${service.options ?? DEFAULT_SERVER} port ${settings?.patroni_port}${tlsCheck}`,
    servers: [
      ...selected.map((member) => server(member, port(member), backup.includes(member))),
      ...backups.map((member) => server(member, port(member), true)),
    ],
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

/** `dest`: default, postgres, pgbouncer, or a port. */
export function destinationPort(service: PgService, settings: PgsqlSettings): number {
  const destination =
    service.dest === undefined || service.dest === 'default'
      ? settings.pg_default_service_dest
      : service.dest;
  if (destination === 'pgbouncer') return settings.pgbouncer_port;
  return destination === 'postgres' ? settings.pg_port : Number(destination);
}

/** The services of every cluster, on each host whose HAProxy runs them. */
export function proxyListeners(site: Site): { readonly ip: HostIp; readonly service: ProxyService }[] {
  return clusters(site).flatMap((members) => {
    const services = clusterServices(members);
    return serviceHosts(members, site).flatMap(({ ip }) => services.map((service) => ({ ip, service })));
  });
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

function clusterServices(members: readonly PgsqlMember[]): readonly ProxyService[] {
  const [first] = members;
  return first ? declaredServices(first.settings).map((service) => proxyService(service, members)) : [];
}
