import { rule } from '../../diagnostics/rule.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { infraIps } from '../../model/infra.ts';
import { settingsOf } from '../../model/module.ts';
import type { Site, SiteHost } from '../../model/site.ts';
import { parseCronLine } from '../../text/calendar.ts';
import { type NodeSettings, nodeName } from './settings.ts';

const rules = {
  noInfra: rule<Record<string, never>>('node/no-infra', {
    severity: 'notice',
    message: () =>
      'there is no group `infra`: its names in /etc/hosts, its time and name servers, and rules for its hosts are left out',
  }),
  nameTwice: rule<{ name: string; ip: string; other: string }>('node/name-twice', {
    severity: 'error',
    message: ({ name, ip, other }) => `hosts ${other} and ${ip} are both called ${name}`,
    label: () => 'again here',
    help: () => 'a host is called `<pg_cluster>-<pg_seq>` where it has both, else `nodename`',
  }),
  vipIncomplete: rule<{ ip: string; missing: string }>('node/vip-incomplete', {
    severity: 'error',
    message: ({ ip, missing }) => `host ${ip} has \`vip_enabled\` and no \`${missing}\``,
    help: () => 'the hosts that share an address have the same `vip_address` and `vip_vrid`',
  }),
  vipIsHost: rule<{ address: string }>('node/vip-is-a-host', {
    severity: 'error',
    message: ({ address }) => `the shared address ${address} is a host of its own`,
    label: () => 'set here',
    help: () => 'take an address of the same network that nothing has',
  }),
  vridTwice: rule<{ vrid: number; address: string; other: string }>('node/vrid-twice', {
    severity: 'error',
    message: ({ vrid, address, other }) => `\`vip_vrid: ${vrid}\` is that of ${other} and of ${address}`,
    label: () => 'again here',
    help: () => 'each shared address of a network needs a number of its own',
  }),
  crontab: rule<{ line: string; problem: string }>('node/crontab-line', {
    severity: 'error',
    message: ({ line, problem }) => `\`node_crontab\`: \`${line}\` ${problem}`,
    label: () => 'this line',
    help: () => 'five fields, an account and a command, as in /etc/crontab: `30 2 * * * root fstrim -a`',
  }),
};

/** Names, shared addresses, and what defaults point at in the group `infra`. */
export function checkNode(site: Site): Diagnostic[] {
  const hasInfra = infraIps(site).length > 0;
  return [
    ...(hasInfra ? [] : [rules.noInfra.at(undefined, {})]),
    ...checkNames(site),
    ...checkVips(site),
    ...checkCrontabs(site),
  ];
}

function checkNames({ hosts }: Site): Diagnostic[] {
  const seen = new Map<string, SiteHost>();
  return hosts.flatMap((host) => {
    const settings = settingsOf<NodeSettings>(host);
    const name = nodeName(settings, host.ip);
    const other = seen.get(name);
    seen.set(name, other ?? host);
    // Two members of one name are the cluster's affair.
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
  const found: Diagnostic[] = [];
  for (const host of hosts) {
    const { vip_enabled: isEnabled, vip_address: address, vip_vrid: vrid } = settingsOf<NodeSettings>(host);
    if (!isEnabled) continue;
    const missing = address === undefined ? 'vip_address' : vrid === undefined ? 'vip_vrid' : undefined;
    if (missing)
      found.push(rules.vipIncomplete.at(host.parameters.place('vip_enabled'), { ip: host.ip, missing }));
    if (address === undefined || vrid === undefined) continue;
    if (ips.has(address)) found.push(rules.vipIsHost.at(host.parameters.place('vip_address'), { address }));
    const other = addresses.get(vrid);
    addresses.set(vrid, other ?? { address, host });
    if (other && other.address !== address) found.push(clash(vrid, address, host, other));
  }
  return found;
}

function clash(
  vrid: number,
  address: string,
  host: SiteHost,
  other: { address: string; host: SiteHost },
): Diagnostic {
  const first = other.host.parameters.place('vip_vrid');
  const note = { message: 'first here', ...(first && { place: first }) };
  return rules.vridTwice.at(host.parameters.place('vip_vrid'), { vrid, address, other: other.address }, [
    note,
  ]);
}

/** Each line once, however many hosts have it. */
function checkCrontabs({ hosts }: Site): Diagnostic[] {
  const seen = new Set<string>();
  return hosts.flatMap((host) =>
    settingsOf<NodeSettings>(host).node_crontab.flatMap((line, index) => {
      const problem = seen.has(line) ? undefined : crontabProblem(line);
      seen.add(line);
      return problem
        ? [rules.crontab.at(host.parameters.place('node_crontab', [index]), { line, problem })]
        : [];
    }),
  );
}

function crontabProblem(line: string): string | undefined {
  if (/^\s*(?:#.*)?$/.test(line)) return undefined;
  if (/^\s*\w+\s*=/.test(line)) return 'sets a variable: write it into the command';
  const parsed = parseCronLine(line);
  if (!parsed) return 'is not read';
  return /(?<!\\)%/.test(parsed.command)
    ? 'gives the command input after a `%`: write `\\%`, or use a file'
    : undefined;
}
