import jmespath from 'jmespath';
import type { HostIp } from '../../model/brand.ts';
import type { ProxyServer, ProxyService } from '../../model/facts.ts';
import type { PgsqlMember } from './members.ts';
import { CHECK_INTERVAL, RISE } from './recovery.ts';
import type { PgService } from './schemas.ts';
import type { PgsqlSettings } from './settings.ts';

/** How soon a new primary is up is part of the sum in recovery.ts; a dead one is down after 3 checks. */
const NEAR = `${CHECK_INTERVAL * 1000}ms`;
const DEFAULT_SERVER = `inter 1s fastinter ${NEAR} downinter ${NEAR} rise ${RISE} fall 3 on-marked-down shutdown-sessions slowstart 30s maxconn 3000 maxqueue 128 weight 100`;

export type ServiceSelection = {
  readonly selected: readonly PgsqlMember[];
  readonly backup: readonly PgsqlMember[];
};

export function declaredServices(settings: PgsqlSettings): readonly PgService[] {
  return [...settings.pg_default_services, ...settings.pg_services];
}

/** The members that `selector` and `backup` choose: JMESPath over the members' variables (pigsty.md section 1). */
export function selectMembers(service: PgService, members: readonly PgsqlMember[]): ServiceSelection {
  const search = (expression: string | undefined) => {
    if (!expression) return [];
    const rows = members.map((member, index) => ({ ...variables(member), $index: index }));
    const found: unknown = jmespath.search(rows, expression);
    return Array.isArray(found) ? found.flatMap((row: { $index: number }) => members[row.$index] ?? []) : [];
  };
  return { selected: search(service.selector), backup: search(service.backup) };
}

function variables({ settings, role }: PgsqlMember): Record<string, unknown> {
  return { ...settings, pg_role: role };
}

/** One HAProxy section: `<cluster>-<service>`, health checked through Patroni. */
export function proxyService(service: PgService, members: readonly PgsqlMember[]): ProxyService {
  const { selected, backup } = selectMembers(service, members);
  const settings = members[0]?.settings;
  const port = (member: PgsqlMember) => destinationPort(service, member.settings);
  const backups = backup.filter((member) => !selected.includes(member));
  const check = service.check ?? '/';
  return {
    name: `${members[0]?.cluster}-${service.name}`,
    title: `service ${service.name} of cluster ${members[0]?.cluster}: ${check} answers 200`,
    address: service.ip ?? '*',
    port: service.port,
    maxConnections: service.maxconn ?? 5000,
    balance: service.balance ?? 'roundrobin',
    options: ['option httpchk', `http-check send meth OPTIONS uri ${check}`, 'http-check expect status 200'],
    defaultServer: `${service.options ?? DEFAULT_SERVER} port ${settings?.patroni_port}`,
    servers: [
      ...selected.map((member) => server(member, port(member), backup.includes(member))),
      ...backups.map((member) => server(member, port(member), true)),
    ],
  };
}

function server(member: PgsqlMember, port: number, isBackup: boolean): ProxyServer {
  const options = `weight ${member.settings.pg_weight}${isBackup ? ' backup' : ''}`;
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

/** The services of every cluster, carried by each of its members' own HAProxy. */
export function offerServices(members: readonly PgsqlMember[]): Map<HostIp, readonly ProxyService[]> {
  const clusters = new Map<string, PgsqlMember[]>();
  for (const member of members)
    clusters.set(member.cluster, [...(clusters.get(member.cluster) ?? []), member]);
  return new Map([...clusters.values()].flatMap(clusterServices));
}

function clusterServices(cluster: readonly PgsqlMember[]): [HostIp, readonly ProxyService[]][] {
  const [first] = cluster;
  const services = first
    ? declaredServices(first.settings).map((service) => proxyService(service, cluster))
    : [];
  return cluster.map(({ host }) => [host.ip, services]);
}
