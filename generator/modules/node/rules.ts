import { rule } from '../../diagnostics/rule.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { CENTRE_NAMES, infraIps, isInfraHost } from '../../model/infra.ts';
import { settingsOf } from '../../model/module.ts';
import type { Site, SiteHost } from '../../model/site.ts';
import { checkCrontabs } from './crontab-rules.ts';
import { unservedNameServers } from './resolver.ts';
import { nodeName } from './settings.ts';
import { unservedTimeSources } from './time.ts';

const rules = {
  noInfra: rule<Record<string, never>>('node/no-infra', {
    severity: 'notice',
    message: () =>
      'group `infra` not found: defaults that refer to it (names in /etc/hosts, NTP and DNS servers, HBA rules) are left out',
  }),
  nameTwice: rule<{ name: string; ip: string; other: string }>('node/name-twice', {
    severity: 'error',
    message: ({ name, ip, other }) => `hosts ${other} and ${ip} have the same name ${name}`,
    label: () => 'duplicate',
    help: () => 'the name is `<pg_cluster>-<pg_seq>` if both are set, otherwise `nodename`',
  }),
  reservedName: rule<{ name: string; ip: string }>('node/reserved-name', {
    severity: 'error',
    message: ({ name, ip }) => `host ${ip} is called ${name}, as a part of the monitoring centre`,
    label: () => 'set here',
    help: () => 'choose another `nodename`: the portal has a page of each host beside its own',
  }),
  vipIncomplete: rule<{ ip: string; missing: string }>('node/vip-incomplete', {
    severity: 'error',
    message: ({ ip, missing }) => `host ${ip} has \`vip_enabled\` but no \`${missing}\``,
    help: () => 'all hosts of a VIP need the same `vip_address` and `vip_vrid`',
  }),
  vipIsHost: rule<{ address: string }>('node/vip-is-a-host', {
    severity: 'error',
    message: ({ address }) => `VIP ${address} is the address of a host`,
    label: () => 'set here',
    help: () => 'use a free address in the same network',
  }),
  vridTwice: rule<{ vrid: number; address: string; other: string }>('node/vrid-twice', {
    severity: 'error',
    message: ({ vrid, address, other }) => `VIPs ${other} and ${address} have the same \`vip_vrid: ${vrid}\``,
    label: () => 'duplicate',
    help: () => 'each VIP in a network needs a unique number',
  }),
  vipTwice: rule<{ address: string; vrid: number; other: number }>('node/vip-two-vrids', {
    severity: 'error',
    message: ({ address, vrid, other }) =>
      `VIP ${address} has two values of \`vip_vrid\`: ${other} and ${vrid}`,
    label: () => 'duplicate',
    help: () => 'hosts with different numbers ignore each other, and each would add the VIP',
  }),
  serviceName: rule<{ name: string; problem: string }>('node/service-name', {
    severity: 'error',
    message: ({ name, problem }) => `service \`${name}\` of \`haproxy_services\` ${problem}`,
    label: () => 'named here',
    help: () => 'use a unique name; `admin` and `<cluster>-…` are reserved',
  }),
  notServed: rule<{ ip: string; what: string; parameter: string }>('node/not-served', {
    severity: 'notice',
    message: ({ ip, what, parameter }) =>
      `\`${parameter}\`: host ${ip} of this site is not ${what}; entry ignored`,
    label: () => 'named here',
  }),
};

/** Names, VIPs, services, crontab lines, and defaults that refer to the group `infra`. */
export function checkNode(site: Site): Diagnostic[] {
  const hasInfra = infraIps(site).length > 0;
  return [
    ...(hasInfra ? [] : [rules.noInfra.at(undefined, {})]),
    ...checkNames(site),
    ...(hasInfra ? site.hosts.flatMap(checkReserved) : []),
    ...checkVips(site),
    ...checkServiceNames(site),
    ...checkCrontabs(site),
    ...checkServers(site, hasInfra),
  ];
}

/** `infra-1` is the name of the infra host with that number. */
function checkReserved(host: SiteHost): Diagnostic[] {
  const name = nodeName(settingsOf(host), host.ip);
  const number = /^infra-(\d+)$/.exec(name)?.[1];
  const isOwn = isInfraHost(host) && number === String(host.parameters.values.infra_seq);
  if (!CENTRE_NAMES.has(name) && (number === undefined || isOwn)) return [];
  return [rules.reservedName.at(host.parameters.place('nodename'), { name, ip: host.ip })];
}

function checkNames({ hosts }: Site): Diagnostic[] {
  const seen = new Map<string, SiteHost>();
  return hosts.flatMap((host) => {
    const settings = settingsOf(host);
    const name = nodeName(settings, host.ip);
    const other = seen.get(name);
    seen.set(name, other ?? host);
    // The checks of PGSQL report two members with one name.
    if (!other || name !== settings.nodename) return [];
    const place = host.parameters.place('nodename') ?? host.locate([], 'key');
    const note = {
      message: 'first here',
      place: other.parameters.place('nodename') ?? other.locate([], 'key'),
    };
    return [rules.nameTwice.at(place, { name, ip: host.ip, other: other.ip }, [note])];
  });
}

function checkVips({ hosts }: Site): Diagnostic[] {
  const ips = new Map(hosts.map((host) => [String(host.ip), host]));
  const addresses = new Map<number, { address: string; host: SiteHost }>();
  const vrids = new Map<string, { vrid: number; host: SiteHost }>();
  const found: Diagnostic[] = [];
  for (const host of hosts) {
    const { vip_enabled: isEnabled, vip_address: address, vip_vrid: vrid } = settingsOf(host);
    if (!isEnabled) continue;
    const missing = address === undefined ? 'vip_address' : vrid === undefined ? 'vip_vrid' : undefined;
    if (missing)
      found.push(rules.vipIncomplete.at(host.parameters.place('vip_enabled'), { ip: host.ip, missing }));
    if (address === undefined || vrid === undefined) continue;
    if (ips.has(address)) found.push(rules.vipIsHost.at(host.parameters.place('vip_address'), { address }));
    const other = addresses.get(vrid);
    addresses.set(vrid, other ?? { address, host });
    if (other && other.address !== address) found.push(clash(vrid, address, host, other));
    const same = vrids.get(address);
    vrids.set(address, same ?? { vrid, host });
    if (same && same.vrid !== vrid) {
      const words = { address, vrid, other: same.vrid };
      found.push(rules.vipTwice.at(host.parameters.place('vip_vrid'), words, [firstVrid(same.host)]));
    }
  }
  return found;
}

function clash(
  vrid: number,
  address: string,
  host: SiteHost,
  other: { address: string; host: SiteHost },
): Diagnostic {
  return rules.vridTwice.at(host.parameters.place('vip_vrid'), { vrid, address, other: other.address }, [
    firstVrid(other.host),
  ]);
}

function firstVrid({ parameters }: SiteHost): Diagnostic['notes'][number] {
  const place = parameters.place('vip_vrid');
  return { message: 'first here', ...(place && { place }) };
}

function checkServiceNames({ hosts }: Site): Diagnostic[] {
  const clusters = new Set(hosts.flatMap(({ parameters }) => parameters.values.pg_cluster ?? []).map(String));
  return hosts.flatMap((host) => {
    const seen = new Set<string>();
    return settingsOf(host).haproxy_services.flatMap(({ name }, index) => {
      const problem = serviceNameProblem(name, seen, clusters);
      seen.add(name);
      const place = host.parameters.place('haproxy_services', [index, 'name']);
      return problem ? [rules.serviceName.at(place, { name, problem })] : [];
    });
  });
}

function serviceNameProblem(
  name: string,
  seen: ReadonlySet<string>,
  clusters: ReadonlySet<string>,
): string | undefined {
  if (name === 'admin') return 'has the name of the statistics page';
  if (seen.has(name)) return 'is declared twice';
  // A cluster may have dashes in its name.
  const dashes = [...name.matchAll(/-/g)].map(({ index }) => name.slice(0, index));
  return dashes.some((start) => clusters.has(start)) ? "has the name of a cluster's service" : undefined;
}

/** Each server once, however many hosts name it. Without a group `infra`, `node/no-infra` covers the defaults. */
function checkServers(site: Site, hasInfra: boolean): Diagnostic[] {
  const seen = new Set<string>();
  return site.hosts.flatMap((host) =>
    [unservedNameServers(host, site), unservedTimeSources(host, site)]
      .flat()
      .flatMap(({ parameter, index, ...words }) => {
        const key = `${parameter} ${words.ip}`;
        const place = host.parameters.place(parameter, [index]);
        if (seen.has(key) || !(place || hasInfra)) return [];
        seen.add(key);
        return [rules.notServed.at(place, { parameter, ...words })];
      }),
  );
}
