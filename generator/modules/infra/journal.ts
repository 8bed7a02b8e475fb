import {
  JOURNAL,
  JOURNAL_IMAGE,
  JOURNAL_TLS,
  JOURNAL_USER,
  journalCertificate,
  journalTlsFiles,
} from '../../model/journal.ts';
import { type Contribution, settingsOf } from '../../model/module.ts';
import type { PortalSite } from '../../model/monitoring.ts';
import type { DirectoryPlan, FilePlan, ModuleImage, PortUse, UnitPlan, View } from '../../model/plan.ts';
import type { Settings } from '../../model/settings.ts';
import type { Site, SiteHost } from '../../model/site.ts';
import { daysOf } from '../../text/days.ts';
import { bytesOf } from '../../text/size.ts';
import { unitFile, unitPlan } from '../../text/unit.ts';
import { hasVictoriaLogs, VLOGS_PATH } from './carried.ts';

/*
 * An infra host stores the journals of all hosts: HAProxy in front, which knows the hosts by their certificates, then
 * systemd-journal-remote, which stores, and systemd-journal-gatewayd, which answers queries (docs/decisions/logs.md).
 */
const RECEIVER = 'journal-receiver.service';
const REMOTE = 'journal-remote.service';
const GATEWAY = ['journal-gateway.socket', 'journal-gateway.service'] as const;

const CONFIG = 'etc/journal/receiver.cfg';
const LIMITS = 'etc/journal/remote.conf.d/pigsty.conf';
const RETENTION = 'etc/journal/retention.sh';

/** Where journal-remote listens: HAProxy connects from one address of the loopback network for each host. */
const REMOTE_PORT = 19_533;
/** Connections of a host: an upload has one, and its next one while the old one ends. */
const CONNECTIONS = 4;
/** Connections that have not shown a certificate yet, at the same time. */
const STRANGERS = 256;
/** Where the portal finds systemd-journal-gatewayd(8), which asks nobody for a password. */
export const JOURNAL_SOCKET = '/run/journal-gateway';
const SOCKET = `${JOURNAL_SOCKET}/socket`;

/** The gateway of the infra host that the portal runs on. */
export const JOURNAL_SITE: PortalSite = {
  name: JOURNAL,
  path: `/${JOURNAL}/`,
  upstream: { scheme: 'http', address: `unix:${SOCKET}:/` },
};

/** Whether the host stores journals. */
export function hasJournal(host: SiteHost): boolean {
  return settingsOf(host).journal_enabled;
}

export function journalContribution(host: SiteHost, site: Site): Contribution {
  if (!hasJournal(host)) return {};
  const settings = settingsOf(host);
  return {
    users: [JOURNAL_USER],
    directories: [directory(settings)],
    files: [
      ...journalTlsFiles(host),
      ...receiverFiles(host, site),
      ...storeFiles(settings),
      ...unitFiles(settings),
    ],
    units: units(),
    certificates: [journalCertificate(host)],
  };
}

/** An older version may be unable to read files with features of a newer one (systemd, "Journal File Format"). */
function directory({ journal_data: path }: Settings): DirectoryPlan {
  const writer = { image: JOURNAL_IMAGE.name, package: 'systemd-journal-remote', components: 1 };
  return { path, mode: 0o750, owner: JOURNAL, group: JOURNAL, state: JOURNAL, writer };
}

function receiverFiles(host: SiteHost, site: Site): FilePlan[] {
  const senders = site.hosts.filter(hasJournal).map(({ ip }) => ({ ip, source: sourceOf(ip) }));
  const settings = settingsOf(host);
  const view = {
    stores: hasVictoriaLogs(settings)
      ? [{ path: `${VLOGS_PATH}/insert/journald/upload`, port: settings.vlogs_port }]
      : [],
    address: host.ip,
    port: settingsOf(host).journal_port,
    remotePort: REMOTE_PORT,
    organizationalUnit: JOURNAL,
    maxConnections: STRANGERS + CONNECTIONS * senders.length,
    connections: CONNECTIONS,
    senders,
  };
  return [
    file(JOURNAL_TLS.revocations, { kind: 'revocations' }),
    file(CONFIG, { kind: 'template', template: 'infra/journal-receiver.cfg.ejs', view }),
  ];
}

/**
 * The loopback address for the lines of a host: its own with 127 in front. journal-remote begins a file for each address,
 * and within one file lines must be in the order of their times: the gateway searches by time.
 */
function sourceOf(ip: string): string {
  return ip.replace(/^\d+/, '127');
}

function storeFiles(settings: Settings): FilePlan[] {
  const { journal_data, journal_max_size, journal_retention } = settings;
  const limits = { name: 'Remote', entries: [['MaxUse', bytesOf(journal_max_size)]] as const };
  const view: View = { directory: journal_data, days: daysOf(String(journal_retention)) };
  return [
    file(LIMITS, { kind: 'ini', sections: [limits] }),
    file(RETENTION, { kind: 'template', template: 'infra/journal-retention.sh.ejs', view }),
  ];
}

function file(path: string, source: FilePlan['source']): FilePlan {
  return { path, mode: 0o644, group: JOURNAL, source };
}

function unitFiles({ journal_data, nginx_enabled }: Settings): FilePlan[] {
  const view: View = {
    root: { $image: JOURNAL_IMAGE.name },
    directory: journal_data,
    port: REMOTE_PORT,
    socket: SOCKET,
    readers: nginx_enabled ? 'nginx' : JOURNAL,
  };
  const receiver = unitFile(RECEIVER, `infra/${RECEIVER}.ejs`, { root: { $image: 'haproxy' } });
  return [receiver, ...[REMOTE, ...GATEWAY].map((name) => unitFile(name, `infra/${name}.ejs`, view))];
}

function units(): UnitPlan[] {
  const [socket, service] = GATEWAY;
  const image = JOURNAL_IMAGE.name;
  const { certificate, key, revocations, ca } = JOURNAL_TLS;
  return [
    unitPlan(REMOTE, { image, restartOn: [LIMITS, RETENTION] }),
    unitPlan(RECEIVER, { image: 'haproxy', reloadOn: [CONFIG, certificate, key, revocations, ca] }),
    unitPlan(socket),
    unitPlan(service, { image, after: [socket] }),
  ];
}

export function journalImages(host: SiteHost): ModuleImage[] {
  if (!hasJournal(host)) return [];
  return [JOURNAL_IMAGE, { name: 'haproxy', recipe: 'haproxy', arguments: {}, packages: [] }];
}

export function journalPorts(host: SiteHost): PortUse[] {
  if (!hasJournal(host)) return [];
  const parameter = 'journal_port';
  const place = host.parameters.place(parameter);
  const local = { addresses: ['127.0.0.1'], parameter: 'journal_enabled' };
  return [
    {
      port: settingsOf(host).journal_port,
      addresses: [host.ip],
      unit: RECEIVER,
      parameter,
      ...(place && { place }),
    },
    { port: REMOTE_PORT, unit: REMOTE, ...local },
  ];
}
