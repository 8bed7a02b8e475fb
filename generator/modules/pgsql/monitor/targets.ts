import { type Offer, OpenPort, offer } from '../../../model/facts.ts';
import { infraIps } from '../../../model/infra.ts';
import { DnsRecord, type Exporter, ScrapeJob, ScrapeTarget } from '../../../model/monitoring.ts';
import type { Site } from '../../../model/site.ts';
import { vipOf } from '../ha/vip.ts';
import { clusters, type PgsqlMember, pgsqlMembers } from '../members.ts';
import { hasRestTls } from '../record.ts';
import { exportersOf, PATH } from './exporters.ts';

/** What the monitoring centre needs to know of clusters: metrics of members, addresses to ping, names. */
export function monitoringOffers(site: Site): Offer[] {
  const members = pgsqlMembers(site);
  const only = infraIps(site);
  const ports = members.flatMap((member) =>
    exportersOf(member).map(({ port }) => ({ ip: member.host.ip, port, only })),
  );
  return [
    offer(ScrapeJob, members.length === 0 ? [] : [{ name: 'pgsql', path: PATH, scheme: 'https' }]),
    offer(
      ScrapeTarget,
      members.flatMap((member) => [...targetsOf(member, site), ...vipTargets(member)]),
    ),
    offer(OpenPort, ports),
    offer(DnsRecord, [...members.map(memberRecord), ...clusters(site).flatMap(clusterRecord)]),
  ];
}

/** The exporters and Patroni, in one file for each instance (monitoring.md, section 1.3). */
function targetsOf(member: PgsqlMember, site: Site): ScrapeTarget[] {
  const { host, settings, instance } = member;
  const { patroni_port } = settings;
  const common = (port: number, exporter: Exporter) => ({
    job: 'pgsql',
    file: instance,
    ip: host.ip,
    address: `${host.ip}:${port}`,
    labels: { ...labelsOf(member), exporter },
  });
  const exporters = exportersOf(member).map(({ name, port, path }): ScrapeTarget => {
    const target = common(port, name);
    return path === PATH ? target : { ...target, path };
  });
  const patroni: ScrapeTarget = common(patroni_port, 'patroni');
  return [...exporters, hasRestTls(member, site) ? patroni : { ...patroni, scheme: 'http' }];
}

function labelsOf({ cluster, instance }: PgsqlMember): { cls: string; ins: string } {
  return { cls: cluster, ins: instance };
}

function vipTargets(member: PgsqlMember): ScrapeTarget[] {
  const { ip } = member.host;
  const vip = vipOf(member);
  if (vip === undefined) return [];
  const labels = { ...labelsOf(member), exporter: 'blackbox', vip, job: 'pgsql-vip' } as const;
  return [{ job: 'ping', file: `${vip}---${ip}`, ip, address: vip, labels }];
}

function memberRecord({ host, instance }: PgsqlMember): DnsRecord {
  return { file: instance, ip: host.ip, names: [instance] };
}

/** The name of a cluster: its VIP, or the primary of the inventory, or what `pg_dns_target` says. */
function clusterRecord(members: readonly PgsqlMember[]): DnsRecord[] {
  const [first] = members;
  if (!first) return [];
  const { pg_dns_suffix: suffix } = first.settings;
  const ip = clusterAddress(first, members);
  return ip === undefined ? [] : [{ file: first.cluster, ip, names: [`${first.cluster}${suffix}`] }];
}

function clusterAddress(first: PgsqlMember, members: readonly PgsqlMember[]): string | undefined {
  const primary = members.find(({ role }) => role === 'primary')?.host.ip;
  switch (first.settings.pg_dns_target) {
    case 'none':
      return undefined;
    case 'primary':
      return primary;
    case 'vip':
      return vipOf(first);
    case 'auto':
      return vipOf(first) ?? primary;
    default:
      return first.settings.pg_dns_target;
  }
}
