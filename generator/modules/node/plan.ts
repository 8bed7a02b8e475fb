import { type Facts, NodeName, PROXY_CA, ProxyListener, type ProxyService } from '../../model/facts.ts';
import { infraIps } from '../../model/infra.ts';
import { type Contribution, settingsOf } from '../../model/module.ts';
import type { FilePlan, ModuleImage, PlanData, PortUse } from '../../model/plan.ts';
import type { Settings } from '../../model/settings.ts';
import type { Site, SiteHost } from '../../model/site.ts';
import { linked } from '../../text/linked.ts';
import { unitFile, unitPlan } from '../../text/unit.ts';
import { adminContribution } from './admin.ts';
import { crontabContribution } from './crontab.ts';
import { hugePages } from './huge-pages.ts';
import { resolverContribution } from './resolver.ts';
import { ownServices, usesCa } from './services.ts';
import { nodeName } from './settings.ts';
import { switchContributions } from './switches.ts';
import { hasTime, timeContribution } from './time.ts';
import { profileKeys } from './tuned.ts';
import { hasVip, vipContribution } from './vip.ts';

/** The host itself: names, clock, kernel, limits, administrator, and HAProxy with its services. */
export function planNode(host: SiteHost, site: Site, facts: Facts): Contribution {
  const settings = settingsOf(host);
  const parts = [
    adminContribution(host, site),
    vipContribution(host, site),
    crontabContribution(settings),
    resolverContribution(host, site),
    timeContribution(host, site),
    ...switchContributions(settings),
  ];
  const base: Contribution = {
    users: parts.flatMap(({ users = [] }) => users),
    directories: [{ path: settings.node_data, mode: 0o755, owner: 'root', group: 'root' }],
    files: [...hostFiles(host, site, facts), ...parts.flatMap(({ files = [] }) => files)],
    units: parts.flatMap(({ units = [] }) => units),
    sshKeys: parts.flatMap(({ sshKeys = [] }) => sshKeys),
  };
  return settings.haproxy_enabled ? withHaproxy(base, host, settings, servicesOf(host, facts)) : base;
}

/** The images of HAProxy and of the enabled features. */
export function nodeImages(host: SiteHost, site: Site): ModuleImage[] {
  const names = [
    ...(hasVip(host) ? ['keepalived'] : []),
    ...(hasTime(host, site) ? ['chrony'] : []),
    ...(settingsOf(host).haproxy_enabled ? ['haproxy'] : []),
  ];
  return names.map((name) => ({ name, recipe: name, arguments: {}, packages: [] }));
}

function hostFiles(host: SiteHost, site: Site, facts: Facts): FilePlan[] {
  const settings = settingsOf(host);
  const huge = 'vm.nr_hugepages' in settings.node_sysctl_params ? undefined : hugePages(settings);
  return [
    linked('/etc/hosts', hostsLines(host, site, facts)),
    linked('/etc/sysctl.d/60-pigsty.conf', sysctlLines(settings)),
    ...(huge ? [linked('/etc/sysctl.d/61-pigsty-huge-pages.conf', huge)] : []),
    linked('/etc/modules-load.d/pigsty.conf', settings.node_kernel_modules),
    linked('/etc/security/limits.d/60-pigsty.conf', LIMITS),
    ...(settings.node_tune === 'none' ? [] : [linked('/etc/tmpfiles.d/60-pigsty-thp.conf', THP_OFF)]),
  ];
}

/** For every user and root (pigsty-defaults.yml, NODE limits); services have the limits of their units. */
const LIMITS = ['*', 'root'].flatMap((user) =>
  [
    ['nproc', '1048576'],
    ['nofile', '1048576'],
    ['stack', 'unlimited'],
    ['core', 'unlimited'],
    ['memlock', '2500000'],
  ].flatMap(([item, value]) => [`${user} soft ${item} ${value}`, `${user} hard ${item} ${value}`]),
);

const THP_OFF = [
  '# Transparent huge pages cause stalls in a database; huge_pages = try uses the explicit ones.',
  'w- /sys/kernel/mm/transparent_hugepage/enabled - - - - never',
];

/** Without an infra host, names of the portal are left out (trap 15). */
function hostsLines(host: SiteHost, site: Site, facts: Facts): string[] {
  const settings = settingsOf(host);
  const name = nodeName(settings, host.ip);
  const portal = infraIps(site).length > 0 ? settings.node_default_etc_hosts : [];
  return [
    '127.0.0.1 localhost',
    '::1 localhost ip6-localhost ip6-loopback',
    `${host.ip} ${name}`,
    ...(settings.nodename_exchange ? otherNames(host, facts) : []),
    ...portal,
    ...settings.node_etc_hosts,
  ];
}

function otherNames(host: SiteHost, facts: Facts): string[] {
  return facts.all(NodeName).flatMap(({ ip, name }) => (ip === host.ip ? [] : [`${ip} ${name}`]));
}

function sysctlLines(settings: Settings): string[] {
  const { node_tune: profile } = settings;
  const keys = profile === 'none' ? {} : profileKeys(profile, settings.node_overcommit_ratio);
  const all = { ...keys, ...settings.node_sysctl_params };
  return Object.entries(all).map(([key, value]) => `-${key} = ${value}`);
}

/** HAProxy reads the files of its directory in order of their names: this one, with the defaults, before `service-*`. */
const HAPROXY_CONFIG = 'etc/haproxy/haproxy.cfg';

function withHaproxy(
  base: Contribution,
  host: SiteHost,
  settings: Settings,
  services: readonly ProxyService[],
): Contribution {
  const serviceFiles = services.map(({ declared: _, ...view }) =>
    haproxyFile(`etc/haproxy/service-${view.name}.cfg`, 'node/service.cfg.ejs', view),
  );
  const config = haproxyFile(HAPROXY_CONFIG, 'node/haproxy.cfg.ejs', haproxyView(host, settings), 0o640);
  const ca: FilePlan = {
    path: PROXY_CA,
    mode: 0o644,
    group: 'haproxy',
    source: { kind: 'ca' },
  };
  const authority = services.some(usesCa) ? [ca] : [];
  const unit = unitFile('haproxy.service', 'node/haproxy.service.ejs', { root: { $image: 'haproxy' } });
  return {
    ...base,
    users: [
      ...(base.users ?? []),
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
    files: [...(base.files ?? []), config, ...serviceFiles, ...authority, unit],
    units: [
      ...(base.units ?? []),
      unitPlan('haproxy.service', {
        image: 'haproxy',
        reloadOn: [config, ...serviceFiles, ...authority].map((file) => file.path),
      }),
    ],
  };
}

/** The services of clusters and of the inventory. */
export function servicesOf(host: SiteHost, facts: Facts): ProxyService[] {
  const offered = facts.of(ProxyListener, host.ip).map(({ service }) => service);
  return [...offered, ...ownServices(host)];
}

export function nodePorts(host: SiteHost, _site: Site, facts: Facts): PortUse[] {
  const settings = settingsOf(host);
  if (!settings.haproxy_enabled) return [];
  const unit = 'haproxy.service';
  return [
    {
      port: settings.haproxy_exporter_port,
      addresses: ['0.0.0.0'],
      unit,
      parameter: 'haproxy_exporter_port',
    },
    ...servicesOf(host, facts).map(({ port, address, declared }) => {
      return { port, addresses: [address === '*' ? '0.0.0.0' : address], unit, ...declared };
    }),
  ];
}

function haproxyFile(
  path: string,
  template: string,
  view: { readonly [key: string]: PlanData },
  mode = 0o644,
): FilePlan {
  return { path, mode, group: 'haproxy', source: { kind: 'template', template, view } };
}

function haproxyView(host: SiteHost, settings: Settings): { readonly [key: string]: PlanData } {
  return {
    clientTimeout: settings.haproxy_client_timeout,
    serverTimeout: settings.haproxy_server_timeout,
    adminUser: settings.haproxy_admin_username,
    adminPassword: { $secret: 'haproxy_admin_password', as: 'plain' },
    adminPort: settings.haproxy_exporter_port,
    nodeName: nodeName(settings, host.ip),
  };
}
