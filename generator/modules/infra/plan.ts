import type { Facts } from '../../model/facts.ts';
import type { Contribution } from '../../model/module.ts';
import { exporterWeb } from '../../model/monitoring.ts';
import type { DirectoryPlan, FilePlan, ModuleImage, PortUse } from '../../model/plan.ts';
import type { Site, SiteHost } from '../../model/site.ts';
import { alertmanagerContribution, peersOf, storageOf } from './alertmanager.ts';
import { componentsOf, isLocal } from './components.ts';
import { dnsContribution } from './dns.ts';
import { blackboxContribution, pushedDirectory, pushgatewayContribution } from './gateways.ts';
import { grafanaContribution } from './grafana/service.ts';
import { type InfraHost, infraHostOf } from './hosts.ts';
import { journalContribution, journalImages, journalPorts } from './journal.ts';
import { portalContribution } from './portal.ts';
import { portalDomains } from './portal-names.ts';
import { DIRECTORY, prometheusContribution } from './prometheus.ts';
import { CURRENT, certificates, tlsFiles } from './tls.ts';
import { vlogsContribution } from './vlogs.ts';

/** The monitoring centre on one host; each infra host is complete (docs/decisions/monitoring.md). */
export function planInfra(host: SiteHost, site: Site, facts: Facts): Contribution {
  const self = infraHostOf(host, site);
  if (!self) return {};
  const parts = [
    metricsContribution(self),
    portalContribution(self, site, facts),
    dnsContribution(self, facts),
    prometheusContribution(self, site, facts),
    alertmanagerContribution(self, site),
    pushgatewayContribution(self),
    blackboxContribution(self),
    grafanaContribution(self, site, facts),
    vlogsContribution(self),
    journalContribution(host, site),
  ];
  return {
    users: parts.flatMap(({ users = [] }) => users),
    directories: parts.flatMap(({ directories = [] }) => directories),
    files: parts.flatMap(({ files = [] }) => files),
    units: parts.flatMap(({ units = [] }) => units),
    checks: parts.flatMap(({ checks = [] }) => checks),
    certificates: [
      ...certificates(self, portalDomains(self.settings)),
      ...parts.flatMap((part) => part.certificates ?? []),
    ],
  };
}

/** What the programs share that run as user `prometheus`, as in Pigsty: its account, directories and certificates. */
function metricsContribution(self: InfraHost): Contribution {
  if (!componentsOf(self).some(({ name }) => name !== 'nginx')) return {};
  const { settings } = self;
  const account = { name: 'prometheus', uid: 376, gid: 376, shell: '/usr/sbin/nologin', groups: [] };
  const web: FilePlan = {
    path: `${DIRECTORY}/web.yml`,
    mode: 0o644,
    group: 'prometheus',
    source: { kind: 'yaml', data: exporterWeb(`${CURRENT}/${DIRECTORY}`) },
  };
  return {
    users: [{ ...account, home: settings.prometheus_data, gecos: 'monitoring' }],
    directories: directories(self),
    files: [...tlsFiles(self, { directory: DIRECTORY, group: 'prometheus' }, ['server', 'client']), web],
  };
}

function directories(self: InfraHost): DirectoryPlan[] {
  const { settings } = self;
  const owned = { mode: 0o700, owner: 'prometheus', group: 'prometheus' };
  const root = settings.prometheus_data;
  return [
    {
      path: root,
      ...owned,
      state: 'prometheus',
      // A major version may write blocks that an older one cannot read (prometheus.io, "API stability").
      ...(settings.prometheus_enabled && {
        writer: { image: 'prometheus', package: 'prometheus', components: 1 },
      }),
    },
    ...(settings.prometheus_enabled ? [{ path: `${root}/data`, ...owned }] : []),
    ...(settings.alertmanager_enabled ? [{ path: storageOf(settings), ...owned }] : []),
    ...(settings.pushgateway_enabled ? [{ path: pushedDirectory(self), ...owned }] : []),
  ];
}

export function infraImages(host: SiteHost, site: Site): ModuleImage[] {
  const self = infraHostOf(host, site);
  if (!self) return [];
  const { nginx_enabled, dns_enabled } = self.settings;
  const names = [
    ...(nginx_enabled ? ['nginx'] : []),
    ...(dns_enabled ? ['dnsmasq'] : []),
    ...componentsOf(self).map(({ image }) => image),
  ];
  const plain = names.map((name) => ({ name, recipe: name, arguments: {}, packages: [] }));
  return [...plain, ...journalImages(host)];
}

/** Every port of the centre's programs, with the parameter that sets it. */
export function infraPorts(host: SiteHost, site: Site): PortUse[] {
  const self = infraHostOf(host, site);
  if (!self) return [];
  const { settings } = self;
  const use = (unit: string, parameter: PortParameter, addresses: readonly string[]): PortUse => {
    const place = host.parameters.place(parameter);
    return {
      port: settings[parameter],
      addresses,
      unit,
      parameter,
      mayBePrivileged: true,
      ...(place && { place }),
    };
  };
  const everywhere = ['0.0.0.0'];
  const hasTls = settings.nginx_sslmode !== 'disable';
  const isClustered = settings.alertmanager_enabled && peersOf(self, site).length > 0;
  return [
    ...(settings.nginx_enabled ? [use('nginx.service', 'nginx_port', everywhere)] : []),
    ...(settings.nginx_enabled && hasTls ? [use('nginx.service', 'nginx_ssl_port', everywhere)] : []),
    ...(settings.dns_enabled ? [use('dnsmasq.service', 'dns_port', [host.ip, '127.0.0.1'])] : []),
    ...componentsOf(self).flatMap((component) => {
      const { unit, parameter } = component;
      return isLocal(component)
        ? [use(unit, parameter, ['127.0.0.1']), use('nginx.service', parameter, [host.ip])]
        : [use(unit, parameter, [host.ip])];
    }),
    ...(isClustered ? [use('alertmanager.service', 'alertmanager_cluster_port', [host.ip])] : []),
    ...journalPorts(host),
  ];
}

type PortParameter =
  | 'nginx_port'
  | 'nginx_ssl_port'
  | 'dns_port'
  | 'alertmanager_cluster_port'
  | ReturnType<typeof componentsOf>[number]['parameter'];
