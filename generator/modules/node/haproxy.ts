import {
  type Facts,
  PROXY_CA,
  PROXY_REVOCATIONS,
  type ProxyClients,
  ProxyListener,
  ProxyRelay,
  type ProxyService,
} from '../../model/facts.ts';
import { type Contribution, settingsOf } from '../../model/module.ts';
import { SCRAPER } from '../../model/monitoring.ts';
import type { FilePlan, PlanData, PortUse } from '../../model/plan.ts';
import type { Settings } from '../../model/settings.ts';
import type { Site, SiteHost } from '../../model/site.ts';
import { unitFile, unitPlan } from '../../text/unit.ts';
import { certificateName } from './exporter.ts';
import { ownServices } from './own-services.ts';
import { nodeName } from './settings.ts';

/** HAProxy reads the files `*.cfg` of its directory in order of their names: this one, with the defaults, comes first. */
const DIRECTORY = 'etc/haproxy';
const HAPROXY_CONFIG = `${DIRECTORY}/haproxy.cfg`;

type View = { readonly [key: string]: PlanData };

/** HAProxy with the services of clusters and of the inventory, and the relays of the host's servers. */
export function haproxyContribution(host: SiteHost, facts: Facts): Contribution {
  const settings = settingsOf(host);
  if (!settings.haproxy_enabled) return {};
  const services = servicesOf(host, facts);
  const config = haproxyFile(HAPROXY_CONFIG, 'node/haproxy.cfg.ejs', haproxyView(host, settings), 0o640);
  const files = [
    config,
    ...services.flatMap(serviceFiles),
    ...relaysOf(host, facts).flatMap(relayFiles),
    ...certificateFiles(host),
  ];
  const ports = [
    settings.haproxy_exporter_port,
    ...[...services, ...relaysOf(host, facts)].map(({ port }) => port),
  ];
  const unit = unitFile('haproxy.service', 'node/haproxy.service.ejs', {
    root: { $image: 'haproxy' },
    hasLowPorts: ports.some((port) => port < 1024),
  });
  return {
    users: [
      {
        name: 'haproxy',
        uid: 380,
        gid: 380,
        home: '/var/lib/haproxy',
        shell: '/usr/sbin/nologin',
        gecos: 'HAProxy',
        groups: [],
      },
    ],
    files: [...files, unit],
    units: [unitPlan('haproxy.service', { image: 'haproxy', reloadOn: files.map((file) => file.path) })],
  };
}

/** The CA, for services whose servers use TLS, and the certificate of the statistics page. */
function certificateFiles(host: SiteHost): FilePlan[] {
  const certificate = certificateName(host);
  const file = (path: string, mode: number, source: FilePlan['source']): FilePlan => {
    return { path, mode, group: 'haproxy', source };
  };
  return [
    file(PROXY_CA, 0o644, { kind: 'ca' }),
    file(PROXY_REVOCATIONS, 0o644, { kind: 'revocations' }),
    file(`${DIRECTORY}/admin.crt`, 0o644, { kind: 'certificate', certificate, part: 'crt' }),
    file(`${DIRECTORY}/admin.key`, 0o640, { kind: 'certificate', certificate, part: 'key' }),
  ];
}

function serviceFiles({ declared: _, clients, ...service }: ProxyService): readonly FilePlan[] {
  const path = (suffix: string) => `${DIRECTORY}/service-${service.name}.${suffix}`;
  const restriction = clients?.();
  const view = { ...service, ...clientsView(restriction, path('map')) };
  const section = haproxyFile(path('cfg'), 'node/service.cfg.ejs', view);
  if (!restriction) return [section];
  return [
    section,
    mapFile(
      path('map'),
      restriction.ways.map(({ network, way }) => `${network} ${way}`),
    ),
  ];
}

function clientsView(clients: ProxyClients | undefined, map: string): View {
  const isRelayed = clients?.ways.some(({ way }) => way === 'relay') ?? false;
  return {
    map: clients ? `/etc/pigsty/current/${map}` : '',
    relays: isRelayed && clients ? clients.relays : [],
  };
}

function relayFiles({ declared: _, classes, ...relay }: ProxyRelay): readonly FilePlan[] {
  const path = (suffix: string) => `${DIRECTORY}/relay-${relay.name}.${suffix}`;
  const view = {
    ...relay,
    map: `/etc/pigsty/current/${path('map')}`,
    addresses: classes.map(({ address }) => address),
  };
  const lines = classes.flatMap(({ address, networks }) =>
    networks.map((network) => `${network} ${address}`),
  );
  return [haproxyFile(path('cfg'), 'node/relay.cfg.ejs', view), mapFile(path('map'), lines)];
}

/** HAProxy's map_ip takes the smallest network that contains an address. */
function mapFile(path: string, lines: readonly string[]): FilePlan {
  return { path, mode: 0o644, group: 'haproxy', source: { kind: 'text', lines } };
}

/** The services of clusters and of the inventory. */
function servicesOf(host: SiteHost, facts: Facts): ProxyService[] {
  const offered = facts.of(ProxyListener, host.ip).map(({ service }) => service);
  return [...offered, ...ownServices(host)];
}

function relaysOf(host: SiteHost, facts: Facts): ProxyRelay[] {
  return facts.of(ProxyRelay, host.ip).map(({ relay }) => relay);
}

export function haproxyPorts(host: SiteHost, _site: Site, facts: Facts): PortUse[] {
  const settings = settingsOf(host);
  if (!settings.haproxy_enabled) return [];
  const own = { unit: 'haproxy.service', mayBePrivileged: true };
  const everywhere = ['0.0.0.0'];
  return [
    {
      port: settings.haproxy_exporter_port,
      addresses: everywhere,
      parameter: 'haproxy_exporter_port',
      ...own,
    },
    ...servicesOf(host, facts).map(({ port, address, declared }) => {
      return { port, addresses: address === '*' ? everywhere : [address], ...own, ...declared };
    }),
    ...relaysOf(host, facts).map(({ port, declared }) => ({
      port,
      addresses: [host.ip],
      ...own,
      ...declared,
    })),
  ];
}

function haproxyFile(path: string, template: string, view: View, mode = 0o644): FilePlan {
  return { path, mode, group: 'haproxy', source: { kind: 'template', template, view } };
}

function haproxyView(host: SiteHost, settings: Settings): View {
  return {
    clientTimeout: settings.haproxy_client_timeout,
    serverTimeout: settings.haproxy_server_timeout,
    adminUser: settings.haproxy_admin_username,
    adminPassword: { $secret: 'haproxy_admin_password', as: 'plain' },
    adminPort: settings.haproxy_exporter_port,
    directory: `/etc/pigsty/current/${DIRECTORY}`,
    scraper: SCRAPER,
    metricsPath: settings.exporter_metrics_path,
    nodeName: nodeName(settings, host.ip),
  };
}
