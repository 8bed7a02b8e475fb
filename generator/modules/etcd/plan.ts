import type { Facts } from '../../model/facts.ts';
import { type Contribution, settingsOf } from '../../model/module.ts';
import type { FilePlan, PlanData, PortUse } from '../../model/plan.ts';
import type { Settings } from '../../model/settings.ts';
import type { Site, SiteHost } from '../../model/site.ts';
import { rootCommand } from '../../text/command.ts';
import { unitFile, unitPlan } from '../../text/unit.ts';
import { accessContribution } from './access.ts';
import {
  clientUrl,
  type EtcdMember,
  electionTimes,
  etcdMembers,
  initialCluster,
  peerUrl,
} from './members.ts';
import { declarationOf, etcdRecord } from './record.ts';

const CONFIG = 'etc/etcd/etcd.conf';
const START = 'etc/etcd/start.sh';
const UNIT = 'etcd.service';
const MEMBERS = 'etc/etcd/members.sh';
const MEMBERS_UNIT = 'etcd-members.service';
const CA = 'etc/etcd/ca.crt';
const REVOCATIONS = 'etc/etcd/revoked.crl';
const CERTIFICATES = '/etc/pigsty/current/etc/etcd';

/** etcd with TLS for clients and peers; a client certificate of the CA is required (pigsty.md section 3, ETCD). */
export function planEtcd(host: SiteHost, site: Site, facts: Facts): Contribution {
  const members = etcdMembers(site);
  const self = members.find((member) => member.host.ip === host.ip);
  if (!self) return {};
  const settings = settingsOf(host);
  const view = memberView(self, site, settings);
  const access = accessContribution(view, facts);
  return {
    users: [user(settings)],
    directories: [
      {
        path: settings.etcd_data,
        mode: 0o700,
        owner: 'etcd',
        group: 'etcd',
        state: `etcd-${settings.etcd_cluster}`,
        // A member of an older minor version cannot join a cluster that has been upgraded (etcd, "Downgrading").
        writer: { image: 'etcd', package: 'etcd-server', components: 2 },
      },
    ],
    files: [...files(self, site, settings), ...(access.files ?? [])],
    units: [
      // etcd reads its certificate, its key and the list of revoked ones at each handshake, the CA at its start.
      unitPlan(UNIT, { image: 'etcd', restartOn: [CONFIG, CA] }),
      unitPlan(MEMBERS_UNIT, { image: 'etcd', restartOn: [MEMBERS] }),
      ...(access.units ?? []),
    ],
    certificates: [
      {
        name: self.instance,
        commonName: self.instance,
        organizationalUnit: 'etcd',
        names: ['localhost', self.instance],
        addresses: ['127.0.0.1', host.ip],
      },
      ...(access.certificates ?? []),
    ],
    checks: [{ name: 'etcd', script: 'checks/etcd', timeoutSeconds: 120 }],
  };
}

function user({ etcd_data: home }: Settings) {
  return { name: 'etcd', uid: 379, gid: 379, home, shell: '/usr/sbin/nologin', gecos: 'etcd', groups: [] };
}

export function etcdPorts(host: SiteHost, site: Site): PortUse[] {
  if (!etcdMembers(site).some((member) => member.host === host)) return [];
  const { etcd_port, etcd_peer_port } = settingsOf(host);
  return [
    port(host, [etcd_port, 'etcd_port'], [host.ip, '127.0.0.1']),
    port(host, [etcd_peer_port, 'etcd_peer_port'], [host.ip]),
  ];
}

function port(
  host: SiteHost,
  [number, parameter]: readonly [number, string],
  addresses: readonly string[],
): PortUse {
  const place = host.parameters.place(parameter);
  return { port: number, addresses, unit: 'etcd.service', parameter, ...(place && { place }) };
}

function files(self: EtcdMember, site: Site, settings: Settings): FilePlan[] {
  const group = 'etcd';
  const certificate = self.instance;
  const members = etcdMembers(site);
  const view = memberView(self, site, settings);
  return [
    { path: CONFIG, mode: 0o644, group, source: { kind: 'yaml', data: config(self, members, settings) } },
    { path: CA, mode: 0o644, group, source: { kind: 'ca' } },
    { path: REVOCATIONS, mode: 0o644, group, source: { kind: 'revocations' } },
    {
      path: 'etc/etcd/server.crt',
      mode: 0o644,
      group,
      source: { kind: 'certificate', certificate, part: 'crt' },
    },
    {
      path: 'etc/etcd/server.key',
      mode: 0o640,
      group,
      source: { kind: 'certificate', certificate, part: 'key' },
    },
    unitFile(UNIT, 'etcd/etcd.service.ejs', {
      instance: self.instance,
      dataDirectory: settings.etcd_data,
      root: { $image: 'etcd' },
    }),
    unitFile(MEMBERS_UNIT, 'etcd/etcd-members.service.ejs', {
      instance: self.instance,
      root: { $image: 'etcd' },
    }),
    script({ path: START, mode: 0o644, group }, 'etcd/start.sh.ejs', view),
    script({ path: MEMBERS, mode: 0o644, group }, 'etcd/members.sh.ejs', view),
    script({ path: 'checks/etcd', mode: 0o755, group: 'root' }, 'etcd/check.sh.ejs', view),
    script({ path: `leave/${UNIT}`, mode: 0o755, group: 'root' }, 'etcd/leave.sh.ejs', view),
    etcdctl(members),
  ];
}

function script(file: Omit<FilePlan, 'source'>, template: string, view: MemberView): FilePlan {
  return { ...file, source: { kind: 'template', template, view } };
}

/** The view of the scripts. `peers` are client URLs of the other members; `peerUrls` of all, separated by spaces. */
type MemberView = {
  readonly instance: string;
  readonly dataDirectory: string;
  readonly certificates: string;
  readonly endpoint: string;
  readonly peers: string;
  readonly peerUrl: string;
  readonly peerUrls: string;
  readonly count: number;
  readonly declaration: number;
  /** The file with the number of the declaration. */
  readonly record: string;
  readonly initialCluster: string;
  /** Whether a cluster is formed if no member answers. */
  readonly forms: boolean;
};

function memberView(self: EtcdMember, site: Site, settings: Settings): MemberView {
  const members = etcdMembers(site);
  const peers = members.filter((member) => member !== self);
  const { declaration } = declarationOf(site);
  return {
    instance: self.instance,
    dataDirectory: settings.etcd_data,
    certificates: CERTIFICATES,
    endpoint: clientUrl(self),
    peers: peers.map(clientUrl).join(','),
    peerUrl: peerUrl(self),
    peerUrls: members.map(peerUrl).join(' '),
    count: members.length,
    declaration,
    record: etcdRecord.nameOf(site),
    initialCluster: members.map(initialCluster).join(','),
    forms: declaration === 1 && settings.etcd_init === 'new',
  };
}

/** `etcdctl` on the host: this node's image and root's certificate, all members as endpoints. For root. */
function etcdctl(members: readonly EtcdMember[]): FilePlan {
  const endpoints = members.map(clientUrl);
  return rootCommand('etcdctl', {
    root: { $image: 'etcd' },
    user: 'etcd',
    program: '/usr/bin/etcdctl',
    binds: [],
    environment: [
      'ETCDCTL_API=3',
      `ETCDCTL_ENDPOINTS=${endpoints.join(',')}`,
      `ETCDCTL_CACERT=${CERTIFICATES}/ca.crt`,
      `ETCDCTL_CERT=${CERTIFICATES}/root.crt`,
      `ETCDCTL_KEY=${CERTIFICATES}/root.key`,
    ],
  });
}

/**
 * A member knows only tokens that it has seen, and forgets those that are not used with it: a day is longer than a client
 * stays away from it. Passwords are random and long, so a cheap hash is enough, and a login takes milliseconds.
 */
const LOGIN = { 'auth-token-ttl': 86_400, 'bcrypt-cost': 4 };

/**
 * etcd's configuration file, names as in its manual ("Configuration options", v3.5). start.sh adds the members that a
 * member without data starts with.
 */
function config(self: EtcdMember, members: readonly EtcdMember[], settings: Settings): PlanData {
  const client = clientUrl(self);
  const peer = peerUrl(self);
  const times = electionTimes(members);
  const tls = {
    'cert-file': `${CERTIFICATES}/server.crt`,
    'key-file': `${CERTIFICATES}/server.key`,
    'trusted-ca-file': `${CERTIFICATES}/ca.crt`,
    'client-cert-auth': true,
  };
  const revoked = { CRLFile: `/etc/pigsty/current/${REVOCATIONS}` };
  return {
    name: self.instance,
    'data-dir': settings.etcd_data,
    'listen-client-urls': `${client},https://127.0.0.1:${settings.etcd_port}`,
    'advertise-client-urls': client,
    'listen-peer-urls': peer,
    'initial-advertise-peer-urls': peer,
    'initial-cluster-token': settings.etcd_cluster,
    'heartbeat-interval': times.heartbeatMilliseconds,
    'election-timeout': times.electionMilliseconds,
    'auto-compaction-mode': 'periodic',
    'auto-compaction-retention': '24h',
    'quota-backend-bytes': 8 * 2 ** 30,
    'strict-reconfig-check': true,
    ...LOGIN,
    'log-level': 'warn',
    'client-transport-security': tls,
    'peer-transport-security': tls,
    // The file has no documented key for --client-crl-file and --peer-crl-file: these are the names in etcd's structure
    // of its configuration (test/oracle/configuration.test.ts).
    ClientTLSInfo: revoked,
    PeerTLSInfo: revoked,
  };
}
