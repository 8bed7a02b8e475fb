import { rule } from '../../diagnostics/rule.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { isInfraHost } from '../../model/infra.ts';
import { settingsOf } from '../../model/module.ts';
import type { Site } from '../../model/site.ts';
import { optionName, splitArguments } from '../../text/arguments.ts';
import { isCarried } from './carried.ts';
import { type InfraHost, infraHosts } from './hosts.ts';
import { hasGeneratedUser } from './portal-users.ts';
import { checkReceivers } from './receiver-rules.ts';
import { durationSeconds } from './schemas.ts';

const rules = {
  noSequence: rule<{ ip: string }>('infra/no-seq', {
    severity: 'error',
    message: ({ ip }) => `host ${ip} is in group \`infra\` without \`infra_seq\``,
    help: () => 'number the hosts: `infra_seq: 1`, `2`',
  }),
  duplicateSequence: rule<{ seq: number }>('infra/duplicate-seq', {
    severity: 'error',
    message: ({ seq }) => `two infra hosts have \`infra_seq: ${seq}\``,
    label: () => 'duplicate',
    help: () => 'give each host a unique number; the name is infra-<seq>',
  }),
  notCarried: rule<{ names: string }>('infra/not-carried', {
    severity: 'notice',
    message: ({ names }) => `${names}: not in the package sources, left out`,
    help: () =>
      "the console shows metrics and alerts, and the journal has the logs; Debian's package `loki` is another program. Set `grafana_enabled: false` and `loki_enabled: false` to omit this notice",
  }),
  needsPortal: rule<{ ip: string; program: string; parameter: string }>('infra/without-portal', {
    severity: 'warning',
    message: ({ ip, program }) => `${program} is left out on ${ip}: people reach it through the portal only`,
    label: () => 'set here',
    help: ({ parameter }) => `set \`nginx_enabled: true\`, or \`${parameter}: false\``,
  }),
  lokiNotBuilt: rule<Record<string, never>>('infra/loki-not-built', {
    severity: 'notice',
    message: () => 'Loki is not built yet: the package `loki` of the archives is not used',
    help: () => 'name `victoria-logs` in `packages` of an archive that has it, or set `loki_enabled: false`',
  }),
  generatedPassword: rule<{ ip: string }>('infra/generated-password', {
    severity: 'notice',
    message: () => 'the portal has one user, `admin`, with a generated password',
    help: ({ ip }) =>
      `read it on ${ip} with \`sudo cat /etc/pigsty/current/etc/nginx/admin.password\`, or declare \`nginx_users\``,
  }),
  plainPasswords: rule<Record<string, never>>('infra/portal-in-the-clear', {
    severity: 'warning',
    message: () => '`nginx_sslmode: disable`: passwords of the portal are sent without encryption',
    label: () => 'set here',
    help: () => "use `enable` or `enforce`; the certificate is of the site's own CA",
  }),
  domainTwice: rule<{ domain: string; other: string; name: string }>('infra/domain-twice', {
    severity: 'error',
    message: ({ domain, other, name }) =>
      `entries \`${other}\` and \`${name}\` of \`infra_portal\` have the same domain ${domain}`,
    label: () => 'duplicate',
  }),
  slowScrape: rule<{ timeout: string; interval: string }>('infra/timeout-over-interval', {
    severity: 'error',
    message: ({ timeout, interval }) =>
      `\`prometheus_scrape_timeout: ${timeout}\` is longer than \`prometheus_scrape_interval: ${interval}\``,
    label: () => 'set here',
    help: () => 'Prometheus refuses it: a scrape must end before the next one begins',
  }),
  ownOption: rule<{ parameter: string; option: string }>('infra/own-option', {
    severity: 'error',
    message: ({ parameter, option }) => `\`${parameter}\`: the bundle sets \`--${option}\` itself`,
    label: () => 'set here',
    help: () => 'remove it: a program refuses an option that is given twice',
  }),
  pingedAlready: rule<{ name: string; ip: string }>('infra/pinged-already', {
    severity: 'warning',
    message: ({ name, ip }) =>
      `\`${name}\` of \`ping_targets\` is host ${ip} of this site, which is pinged anyhow`,
    label: () => 'set here',
    help: () => 'remove it: its alerts would come twice',
  }),
  adminElsewhere: rule<{ ip: string; infra: string }>('infra/admin-elsewhere', {
    severity: 'notice',
    message: ({ ip }) => `\`admin_ip\` ${ip} is not a host of group \`infra\`: the portal's names lead there`,
    label: () => 'set here',
    help: ({ infra }) => `set \`admin_ip: ${infra}\``,
  }),
  halfPair: rule<{ name: string }>('infra/half-a-pair', {
    severity: 'error',
    message: ({ name }) => `entry \`${name}\` of \`infra_portal\` has one of \`cert\` and \`key\``,
    label: () => 'set here',
    help: () => "set both, or none: the portal's own certificate has the name of the entry",
  }),
  oneValue: rule<{ name: string; ip: string; other: string }>('infra/one-value-per-site', {
    severity: 'error',
    message: ({ name, ip, other }) => `\`${name}\` differs between hosts ${other} and ${ip}: a site has one`,
    label: () => 'set here',
    help: ({ name }) => `set \`${name}\` once, in the variables of \`all\``,
  }),
};

/** What the certificate authority of the site has: one value for all hosts. */
const SITE_WIDE = ['ca_cn', 'cert_validity'] as const;

/** Identity, portal, options and receivers of the monitoring centre. */
export function checkInfra(site: Site): Diagnostic[] {
  const nameless = site.hosts.filter(
    (host) => isInfraHost(host) && host.parameters.values.infra_seq === undefined,
  );
  const hosts = infraHosts(site);
  const [first] = hosts;
  return [
    ...checkSiteWide(site),
    ...nameless.map((host) => rules.noSequence.at(host.locate([], 'key'), { ip: host.ip })),
    ...checkSequences(hosts),
    ...(first
      ? [
          ...checkNotCarried(hosts),
          ...checkLoki(hosts),
          ...hosts.flatMap(checkNeedsPortal),
          ...checkPortal(hosts, first),
          ...checkScrapes(first),
          ...checkOptions(first),
          ...checkPings(first, site),
          ...checkAdmin(hosts, first),
          ...checkPairs(first),
        ]
      : []),
    ...checkReceivers(hosts),
  ];
}

function checkSequences(hosts: readonly InfraHost[]): Diagnostic[] {
  return hosts.flatMap(({ host, seq }, index) => {
    const earlier = hosts.slice(0, index).find((other) => other.seq === seq);
    if (!earlier) return [];
    const place = earlier.host.parameters.place('infra_seq');
    const note = { message: 'first here', ...(place && { place }) };
    return [rules.duplicateSequence.at(host.parameters.place('infra_seq'), { seq }, [note])];
  });
}

/** One notice for both, however many hosts have them switched on. */
function checkSiteWide({ hosts }: Site): Diagnostic[] {
  const [first] = hosts;
  if (!first) return [];
  return SITE_WIDE.flatMap((name) => {
    const value = settingsOf(first)[name];
    const other = hosts.find((host) => settingsOf(host)[name] !== value);
    if (!other) return [];
    const place = other.parameters.place(name) ?? first.parameters.place(name);
    return [rules.oneValue.at(place, { name, ip: other.ip, other: first.ip })];
  });
}

function checkNotCarried(hosts: readonly InfraHost[]): Diagnostic[] {
  const isOn = {
    grafana: ({ settings }: InfraHost) => settings.grafana_enabled && !isCarried('grafana', settings),
    loki: ({ settings }: InfraHost) =>
      settings.loki_enabled && !['loki', 'victoria-logs'].some((name) => isCarried(name, settings)),
  };
  const names = (['grafana', 'loki'] as const).filter((name) => hosts.some(isOn[name]));
  if (names.length === 0) return [];
  return [rules.notCarried.at(undefined, { names: names.join(', ') })];
}

function checkAdmin(hosts: readonly InfraHost[], { host, settings }: InfraHost): Diagnostic[] {
  const { admin_ip: ip } = settings;
  const hasPortal = hosts.some((one) => one.settings.nginx_enabled);
  if (!hasPortal || hosts.some((one) => one.host.ip === ip)) return [];
  return [rules.adminElsewhere.at(host.parameters.place('admin_ip'), { ip, infra: host.ip })];
}

function checkPairs({ host, settings }: InfraHost): Diagnostic[] {
  return Object.entries(settings.infra_portal).flatMap(([name, { cert, key }]) =>
    (cert === undefined) === (key === undefined)
      ? []
      : [rules.halfPair.at(host.parameters.place('infra_portal', [name]), { name })],
  );
}

function checkPings({ host, settings }: InfraHost, site: Site): Diagnostic[] {
  const hosts = new Set<string>(site.hosts.map(({ ip }) => ip));
  return Object.entries(settings.ping_targets).flatMap(([name, ip]) =>
    hosts.has(ip)
      ? [rules.pingedAlready.at(host.parameters.place('ping_targets', [name]), { name, ip })]
      : [],
  );
}

function checkLoki(hosts: readonly InfraHost[]): Diagnostic[] {
  const isOffered = ({ settings }: InfraHost) =>
    settings.loki_enabled && isCarried('loki', settings) && !isCarried('victoria-logs', settings);
  return hosts.some(isOffered) ? [rules.lokiNotBuilt.at(undefined, {})] : [];
}

/** Programs without certificates, which only the portal shows. */
const BEHIND_PORTAL = [
  { name: 'grafana', program: 'Grafana', parameter: 'grafana_enabled' },
  { name: 'victoria-logs', program: 'VictoriaLogs', parameter: 'loki_enabled' },
] as const;

function checkNeedsPortal({ host, settings }: InfraHost): Diagnostic[] {
  if (settings.nginx_enabled) return [];
  const place = host.parameters.place('nginx_enabled');
  return BEHIND_PORTAL.flatMap(({ name, program, parameter }) => {
    if (!settings[parameter] || !isCarried(name, settings)) return [];
    return [rules.needsPortal.at(place, { ip: host.ip, program, parameter })];
  });
}

function checkPortal(hosts: readonly InfraHost[], first: InfraHost): Diagnostic[] {
  const portal = hosts.find(({ settings }) => settings.nginx_enabled);
  if (!portal) return [];
  const { settings, host } = portal;
  const isPlain = settings.nginx_sslmode === 'disable';
  return [
    ...(hasGeneratedUser(settings) ? [rules.generatedPassword.at(undefined, { ip: host.ip })] : []),
    ...(isPlain ? [rules.plainPasswords.at(host.parameters.place('nginx_sslmode'), {})] : []),
    ...checkDomains(first),
  ];
}

function checkDomains({ host, settings }: InfraHost): Diagnostic[] {
  const seen = new Map<string, string>();
  return Object.entries(settings.infra_portal).flatMap(([name, { domain }]) => {
    if (domain === undefined) return [];
    const other = seen.get(domain.toLowerCase());
    seen.set(domain.toLowerCase(), other ?? name);
    if (other === undefined) return [];
    const place = host.parameters.place('infra_portal', [name, 'domain']);
    return [rules.domainTwice.at(place, { domain, other, name })];
  });
}

function checkScrapes({ host, settings }: InfraHost): Diagnostic[] {
  const { prometheus_scrape_timeout: timeout, prometheus_scrape_interval: interval } = settings;
  if (durationSeconds(timeout) <= durationSeconds(interval)) return [];
  const names = ['prometheus_scrape_timeout', 'prometheus_scrape_interval'];
  const place = names.map((name) => host.parameters.place(name)).find((one) => one !== undefined);
  return [rules.slowScrape.at(place, { timeout, interval })];
}

/** Options of the units (units/infra/), which the programs take once. */
const OWN_OPTIONS = {
  prometheus_options:
    'config.file storage.tsdb.path web.listen-address web.config.file web.external-url web.route-prefix web.page-title',
  alertmanager_options:
    'config.file storage.path web.listen-address web.config.file web.external-url web.route-prefix cluster.listen-address cluster.advertise-address cluster.tls-config',
  pushgateway_options:
    'web.listen-address web.config.file web.external-url web.route-prefix persistence.file',
  blackbox_options: 'config.file web.listen-address web.config.file web.external-url web.route-prefix',
} as const;

function checkOptions({ host, settings }: InfraHost): Diagnostic[] {
  return Object.entries(OWN_OPTIONS).flatMap(([name, own]) => {
    const parameter = name as keyof typeof OWN_OPTIONS;
    const names = splitArguments(settings[parameter]).flatMap((word) => optionName(word) ?? []);
    const option = names.find((one) => own.split(' ').includes(one));
    if (option === undefined) return [];
    return [rules.ownOption.at(host.parameters.place(parameter), { parameter, option })];
  });
}
