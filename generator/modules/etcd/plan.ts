import { type Contribution, settingsOf } from '../../model/module.ts';
import type { FilePlan, PlanData, PortUse } from '../../model/plan.ts';
import type { Settings } from '../../model/settings.ts';
import type { Site, SiteHost } from '../../model/site.ts';
import { rootCommand } from '../../text/command.ts';
import { unitFile, unitPlan } from '../../text/unit.ts';
import { type EtcdMember, electionTimes, etcdMembers } from './members.ts';

const CONFIG = 'etc/etcd/etcd.conf';
const START = 'etc/etcd/start.sh';
const UNIT = 'etcd.service';
const CERTIFICATES = '/etc/pigsty/current/etc/etcd';

/** etcd with TLS for clients and peers; a client certificate of the CA is required (pigsty.md section 3, ETCD). */
export function planEtcd(host: SiteHost, site: Site): Contribution {
  const members = etcdMembers(site);
  const self = members.find((member) => member.host.ip === host.ip);
  if (!self) return {};
  const settings = settingsOf(host);
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
    files: files(self, members, settings),
    units: [
      unitPlan(UNIT, {
        image: 'etcd',
        restartOn: [CONFIG, 'etc/etcd/ca.crt', 'etc/etcd/server.crt', 'etc/etcd/server.key'],
      }),
    ],
    certificates: [
      {
        name: self.instance,
        commonName: self.instance,
        organizationalUnit: 'etcd',
        names: ['localhost', self.instance],
        addresses: ['127.0.0.1', host.ip],
      },
    ],
    checks: [{ name: 'etcd', script: 'checks/etcd', timeoutSeconds: 60 }],
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

function files(self: EtcdMember, members: readonly EtcdMember[], settings: Settings): FilePlan[] {
  const group = 'etcd';
  const certificate = self.instance;
  return [
    { path: CONFIG, mode: 0o644, group, source: { kind: 'yaml', data: config(self, members, settings) } },
    { path: 'etc/etcd/ca.crt', mode: 0o644, group, source: { kind: 'ca' } },
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
    startScript(self, members, settings),
    etcdctl(members),
    {
      path: 'checks/etcd',
      mode: 0o755,
      group: 'root',
      source: {
        kind: 'template',
        template: 'etcd/check.sh.ejs',
        view: { endpoint: `https://${self.host.ip}:${settings.etcd_port}` },
      },
    },
  ];
}

function startScript(self: EtcdMember, members: readonly EtcdMember[], settings: Settings): FilePlan {
  const peers = members.filter((member) => member !== self);
  const view = {
    instance: self.instance,
    dataDirectory: settings.etcd_data,
    certificates: CERTIFICATES,
    peers: peers.map(clientUrl).join(','),
    peerUrl: peerUrl(self),
  };
  const source = { kind: 'template' as const, template: 'etcd/start.sh.ejs', view };
  return { path: START, mode: 0o644, group: 'etcd', source };
}

/** `etcdctl` on the host: this node's image and certificate, all members as endpoints. For root. */
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
      `ETCDCTL_CERT=${CERTIFICATES}/server.crt`,
      `ETCDCTL_KEY=${CERTIFICATES}/server.key`,
    ],
  });
}

/** etcd's configuration file, names as in its manual ("Configuration options", v3.5). */
function config(self: EtcdMember, members: readonly EtcdMember[], settings: Settings): PlanData {
  const client = `https://${self.host.ip}:${settings.etcd_port}`;
  const peer = `https://${self.host.ip}:${settings.etcd_peer_port}`;
  const times = electionTimes(members);
  const tls = {
    'cert-file': `${CERTIFICATES}/server.crt`,
    'key-file': `${CERTIFICATES}/server.key`,
    'trusted-ca-file': `${CERTIFICATES}/ca.crt`,
    'client-cert-auth': true,
  };
  return {
    name: self.instance,
    'data-dir': settings.etcd_data,
    'listen-client-urls': `${client},https://127.0.0.1:${settings.etcd_port}`,
    'advertise-client-urls': client,
    'listen-peer-urls': peer,
    'initial-advertise-peer-urls': peer,
    'initial-cluster': members.map((member) => `${member.instance}=${peerUrl(member)}`).join(','),
    'initial-cluster-token': settings.etcd_cluster,
    'initial-cluster-state': settings.etcd_init,
    'heartbeat-interval': times.heartbeatMilliseconds,
    'election-timeout': times.electionMilliseconds,
    'auto-compaction-mode': 'periodic',
    'auto-compaction-retention': '24h',
    'quota-backend-bytes': 8 * 2 ** 30,
    'strict-reconfig-check': true,
    'log-level': 'warn',
    'client-transport-security': tls,
    'peer-transport-security': tls,
  };
}

function clientUrl({ host }: EtcdMember): string {
  return `https://${host.ip}:${settingsOf(host).etcd_port}`;
}

function peerUrl(member: EtcdMember): string {
  return `https://${member.host.ip}:${settingsOf(member.host).etcd_peer_port}`;
}
