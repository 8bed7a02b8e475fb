import { PROXY_CA, type ProxyService } from '../../model/facts.ts';
import { settingsOf } from '../../model/module.ts';
import type { SiteHost } from '../../model/site.ts';
import type { HaproxyService } from './schemas.ts';

/** Pigsty's path, as inventories write it. */
const PIGSTY_CA = '/etc/pki/ca.crt';
/** Pigsty's default for services of the inventory (pigsty.md section 3, haproxy). */
const DEFAULT_SERVER =
  'inter 3s fastinter 1s downinter 5s rise 3 fall 3 on-marked-down shutdown-sessions slowstart 30s maxconn 3000 maxqueue 128 weight 100';

/** The services of `haproxy_services`, in addition to those of clusters. */
export function ownServices(host: SiteHost): ProxyService[] {
  return settingsOf(host).haproxy_services.map((service, index) => {
    const place = host.parameters.place('haproxy_services', [index, 'port']);
    return { declared: { parameter: 'haproxy_services', ...(place && { place }) }, ...toSection(service) };
  });
}

function toSection(service: HaproxyService): Omit<ProxyService, 'declared'> {
  return {
    name: service.name,
    title: `service ${service.name} of the inventory`,
    address: service.ip ?? '*',
    port: service.port,
    mode: service.protocol ?? 'tcp',
    maxConnections: service.haproxy?.maxconn ?? service.maxconn ?? 10_000,
    balance: service.haproxy?.balance ?? service.balance ?? 'roundrobin',
    options: (service.options ?? []).map(withOwnCa),
    defaultServer: withOwnCa(service.default ?? DEFAULT_SERVER),
    servers: (service.servers ?? []).map(({ name, ip, port, backup, weight, options }) => ({
      name,
      address: ip,
      port,
      options: [
        ...(backup ? ['backup'] : []),
        ...(weight === undefined ? [] : [`weight ${weight}`]),
        withOwnCa(options ?? 'check'),
      ].join(' '),
    })),
  };
}

function withOwnCa(line: string): string {
  return line.replaceAll(PIGSTY_CA, `/etc/pigsty/current/${PROXY_CA}`);
}
