import { EVERY_ADDRESS, type Facts, OpenPort, ProxyListener, ProxyRelay } from '../../model/facts.ts';
import { type Contribution, settingsOf } from '../../model/module.ts';
import type { FilePlan, FirewallPromise, View } from '../../model/plan.ts';
import type { Site, SiteHost } from '../../model/site.ts';
import { coversNetwork } from '../../text/address.ts';
import { unitFile, unitPlan } from '../../text/unit.ts';
import { ownServices } from './own-services.ts';
import { firewallMode, nodeCluster } from './settings.ts';
import { sshPort } from './ssh-port.ts';
import { timeClients } from './time.ts';
import { hasVip, vipPeers } from './vip.ts';

/*
 * A packet filter for the ports of the plan, in an nftables table of our own: the tables of others are not changed. A new
 * table replaces the old one in one transaction; if it cannot be loaded, the old one stays (nft(8), "-f").
 */
const RULES = 'etc/nftables/pigsty.conf';
const START = 'etc/nftables/start.sh';
const UNIT = 'pigsty-firewall.service';
const CHECK = 'checks/firewall';
/** Its protocol number (RFC 5798). */
const VRRP = 112;

/** Whether the host has a table of ours. */
export function hasFirewall(host: SiteHost): boolean {
  return ['plan', 'zone'].includes(firewallMode(settingsOf(host)));
}

export function firewallContribution(host: SiteHost, site: Site, facts: Facts): Contribution {
  if (!hasFirewall(host)) return {};
  const file = (path: string, template: string, view: View, mode = 0o644): FilePlan => {
    return { path, mode, group: 'root', source: { kind: 'template', template, view } };
  };
  const files = [
    file(RULES, 'node/nftables.conf.ejs', rulesView(host, site, facts)),
    file(START, 'node/firewall-start.sh.ejs', { port: sshPort(host).port }),
  ];
  const view: View = { root: { $image: 'nftables' } };
  const unit = unitFile(UNIT, `node/${UNIT}.ejs`, view);
  const reloadOn = files.map(({ path }) => path);
  return {
    files: [...files, unit, file(CHECK, 'node/firewall-check.sh.ejs', view, 0o755)],
    units: [unitPlan(UNIT, { image: 'nftables', reloadOn, isOnlyReloaded: true })],
    checks: [{ name: 'firewall', script: CHECK, timeoutSeconds: 30 }],
  };
}

/** What the build says of the firewalls: a line for each way in which hosts have them. */
export function firewallPromises(site: Site): readonly FirewallPromise[] {
  const modes = new Map<string, FirewallPromise>();
  for (const host of site.hosts) {
    const settings = settingsOf(host);
    const [mode, cluster] = [firewallMode(settings), nodeCluster(settings)];
    modes.set(`${mode}\0${cluster}`, { kind: 'firewall', cluster, mode });
  }
  return [...modes.values()];
}

/** A port of the host with the networks of its clients. */
type Opened = {
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
  readonly sources: readonly string[];
};

function openedPorts(host: SiteHost, site: Site, facts: Facts): Opened[] {
  const hosts = site.hosts.map(({ ip }) => ip);
  const tcp = (port: number, sources: readonly string[]): Opened => ({ protocol: 'tcp', port, sources });
  const clients = (timeClients(site).get(host.ip) ?? []).map(({ ip }) => ip);
  return [
    ...facts.of(OpenPort, host.ip).flatMap(({ port, isUdpToo, sources, only }) => {
      const opened = tcp(port, only ?? [...hosts, ...(sources?.() ?? [])]);
      return isUdpToo ? [opened, { ...opened, protocol: 'udp' as const }] : [opened];
    }),
    ...(settingsOf(host).haproxy_enabled ? proxyPorts(host, facts, hosts).map((one) => tcp(...one)) : []),
    ...(clients.length > 0 ? [{ protocol: 'udp' as const, port: 123, sources: clients }] : []),
  ];
}

type PortSources = [number, readonly string[]];

function proxyPorts(host: SiteHost, facts: Facts, hosts: readonly string[]): PortSources[] {
  const services = facts.of(ProxyListener, host.ip).map(({ service }): PortSources => {
    const ways = service.clients?.()?.ways.filter(({ way }) => way !== 'refused');
    return [service.port, ways ? ways.map(({ network }) => network) : EVERY_ADDRESS];
  });
  return [
    [settingsOf(host).haproxy_exporter_port, hosts],
    ...services,
    ...ownServices(host).map(({ port }): PortSources => [port, EVERY_ADDRESS]),
    ...facts.of(ProxyRelay, host.ip).map(({ relay }): PortSources => [relay.port, relay.users]),
  ];
}

type SourceSet = {
  readonly name: string;
  readonly type: 'ipv4_addr' | 'ipv6_addr';
  readonly elements: string;
};

/** Ports with the same sources share a set, for each of IPv4 and IPv6. */
function rulesView(host: SiteHost, site: Site, facts: Facts): View {
  const settings = settingsOf(host);
  const isZone = firewallMode(settings) === 'zone';
  const sets = new SourceSets();
  const accept: string[] = [];
  for (const [key, ports] of grouped(openedPorts(host, site, facts)))
    for (const source of sets.matches(key.sources))
      accept.push(`${source}${key.protocol} dport { ${ports.join(', ')} } accept`);
  if (hasVip(host))
    for (const source of sets.matches(vipPeers(host, site)))
      accept.push(`${source}meta l4proto ${VRRP} accept`);
  if (isZone)
    for (const source of sets.matches(settings.node_firewall_intranet)) accept.push(`${source}accept`);
  const open = isZone ? settings.node_firewall_public_port : [];
  if (open.length > 0) accept.push(`tcp dport { ${unique(open).join(', ')} } accept`);
  return { sets: sets.all, accept };
}

type Group = Pick<Opened, 'protocol' | 'sources'>;

function grouped(opened: readonly Opened[]): Map<Group, number[]> {
  const byKey = new Map<string, { group: Group; ports: number[] }>();
  for (const { protocol, port, sources } of opened) {
    const widest = widestOf(sources);
    const key = [protocol, ...widest].join(' ');
    const known = byKey.get(key) ?? { group: { protocol, sources: widest }, ports: [] };
    byKey.set(key, { ...known, ports: unique([...known.ports, port]) });
  }
  return new Map([...byKey.values()].map(({ group, ports }) => [group, ports]));
}

/** Without networks inside of others, and without those of the loopback interface, which is open anyway. */
function widestOf(sources: readonly string[]): string[] {
  const all = [...new Set(sources.map((one) => one.replace(/\/(?:32|128)$/, '')))].sort();
  const isInside = (one: string) =>
    all.some(
      (other) => other !== one && !other.includes(':') && !one.includes(':') && coversNetwork(other, one),
    );
  return all.filter((one) => one !== '::1' && !coversNetwork('127.0.0.0/8', one) && !isInside(one));
}

class SourceSets {
  readonly all: SourceSet[] = [];

  /** The beginning of the rules for clients of these networks: one for IPv4, one for IPv6; empty for every address. */
  matches(sources: readonly string[]): string[] {
    if (EVERY_ADDRESS.every((every) => sources.includes(every))) return [''];
    const six = sources.filter((one) => one.includes(':'));
    const four = sources.filter((one) => !one.includes(':'));
    return [...this.#match('ip', 'ipv4_addr', four), ...this.#match('ip6', 'ipv6_addr', six)];
  }

  #match(family: 'ip' | 'ip6', type: SourceSet['type'], sources: readonly string[]): string[] {
    if (sources.length === 0) return [];
    if (sources.some((one) => one.endsWith('/0'))) return [`meta nfproto ${type.slice(0, 4)} `];
    const elements = sources.join(', ');
    const known = this.all.find((set) => set.elements === elements && set.type === type);
    const set = known ?? { name: `sources${this.all.length + 1}`, type, elements };
    if (!known) this.all.push(set);
    return [`${family} saddr @${set.name} `];
  }
}

function unique(ports: readonly number[]): number[] {
  return [...new Set(ports)].sort((a, b) => a - b);
}
