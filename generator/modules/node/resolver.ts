import { dnsServers } from '../../model/infra.ts';
import { type Contribution, settingsOf } from '../../model/module.ts';
import type { FilePlan, FileSource } from '../../model/plan.ts';
import type { Settings } from '../../model/settings.ts';
import type { Site, SiteHost } from '../../model/site.ts';
import { linked } from '../../text/linked.ts';
import { hostByIp, type Unserved } from './hosts.ts';

/*
 * /etc/resolv.conf as a file of the bundle. systemd-resolved then reads it instead of the link to its stub, which `add`
 * keeps as another name server (systemd-resolved.service(8)); NetworkManager does not change a link.
 */
const PATH = 'etc/resolv.conf';

/** Without a name server in the inventory, a host keeps its own file. */
export function resolverContribution(host: SiteHost, site: Site): Contribution {
  const settings = settingsOf(host);
  const servers = nameServers(host, site);
  if (settings.node_dns_method === 'none' || servers.length === 0) return {};
  const resolver = linked(`/${PATH}`, source(settings, servers));
  return { files: [resolver, ...(settings.node_static_network ? DHCP_HOOKS : [])] };
}

function nameServers(host: SiteHost, site: Site): string[] {
  return settingsOf(host).node_dns_servers.filter((server) => isServed(server, site));
}

/** A host of the site answers if it is an infra host with DNS; other servers are not ours to judge. */
function isServed(server: string, site: Site): boolean {
  return !hostByIp(site).has(server) || dnsServers(site).has(server);
}

/** A node that used a host without a DNS server would lose its name resolution. */
export function unservedNameServers(host: SiteHost, site: Site): Unserved[] {
  const { node_dns_method: method, node_dns_servers: servers } = settingsOf(host);
  if (method === 'none') return [];
  return servers.flatMap((ip, index) =>
    isServed(ip, site) ? [] : [{ parameter: 'node_dns_servers', index, ip, what: 'a DNS server' }],
  );
}

function source(settings: Settings, servers: readonly string[]): FileSource {
  const { node_dns_method: method, node_dns_options: options } = settings;
  const lines = [...options, ...servers.map((server) => `nameserver ${server}`)];
  if (method !== 'add') return { kind: 'text', lines };
  // The last of several lists of domains is used (resolv.conf(5)).
  const words = options.some((line) => /^(?:search|domain)\s/.test(line))
    ? 'nameserver'
    : 'nameserver|search|domain';
  const view = { lines, kept: `^(${words})[[:blank:]]`, servers: servers.join(' ') };
  return { kind: 'measured', template: 'node/resolv.conf.sh.ejs', view };
}

/** dhclient and dhcpcd would write through the link (dhclient-script(8), dhcpcd-run-hooks(8)). */
const DHCP_HOOKS: readonly FilePlan[] = [
  linked('/etc/dhcp/dhclient-enter-hooks.d/pigsty', ['make_resolv_conf() { :; }']),
  linked('/etc/dhcpcd.enter-hook', ['skip_hooks="$skip_hooks resolv.conf"']),
];
