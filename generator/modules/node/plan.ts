import { type Facts, NodeName } from '../../model/facts.ts';
import { infraIps } from '../../model/infra.ts';
import { type Contribution, settingsOf } from '../../model/module.ts';
import type { FilePlan, ModuleImage } from '../../model/plan.ts';
import type { Settings } from '../../model/settings.ts';
import type { Site, SiteHost } from '../../model/site.ts';
import { linked } from '../../text/linked.ts';
import { adminContribution } from './admin.ts';
import { crontabContribution } from './crontab.ts';
import { exporterContribution } from './exporter.ts';
import { firewallContribution, hasFirewall } from './firewall.ts';
import { haproxyContribution } from './haproxy.ts';
import { hugePages } from './huge-pages.ts';
import { journalContribution, journalImages } from './journal.ts';
import { resolverContribution } from './resolver.ts';
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
    firewallContribution(host, site, facts),
    haproxyContribution(host, facts),
    journalContribution(host, site, facts),
    exporterContribution(host),
  ];
  return {
    users: parts.flatMap(({ users = [] }) => users),
    directories: [
      { path: settings.node_data, mode: 0o755, owner: 'root', group: 'root' },
      ...parts.flatMap(({ directories = [] }) => directories),
    ],
    files: [...hostFiles(host, site, facts), ...parts.flatMap(({ files = [] }) => files)],
    units: parts.flatMap(({ units = [] }) => units),
    checks: parts.flatMap(({ checks = [] }) => checks),
    certificates: parts.flatMap(({ certificates = [] }) => certificates),
    sshKeys: parts.flatMap(({ sshKeys = [] }) => sshKeys),
  };
}

/** The images of HAProxy and of the enabled features. */
export function nodeImages(host: SiteHost, site: Site): ModuleImage[] {
  const names = [
    ...(hasVip(host) ? ['keepalived'] : []),
    ...(hasFirewall(host) ? ['nftables'] : []),
    ...(hasTime(host, site) ? ['chrony'] : []),
    ...(settingsOf(host).haproxy_enabled ? ['haproxy'] : []),
    ...(settingsOf(host).node_exporter_enabled ? ['node-exporter'] : []),
  ];
  const plain = names.map((name) => ({ name, recipe: name, arguments: {}, packages: [] }));
  return [...plain, ...journalImages(host, site)];
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
