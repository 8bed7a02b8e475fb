import { type Offer, offer } from '../../model/facts.ts';
import { settingsOf } from '../../model/module.ts';
import { ScrapeJob, ScrapeTarget } from '../../model/monitoring.ts';
import type { EtcdMember } from './members.ts';

/** etcd's own metrics, at its address for clients: it asks for a certificate of the site, as for every request. */
export function monitoringOffers(members: readonly EtcdMember[]): Offer[] {
  return [
    offer(ScrapeJob, members.length === 0 ? [] : [{ name: 'etcd', path: '/metrics', scheme: 'https' }]),
    offer(ScrapeTarget, members.map(targetOf)),
  ];
}

function targetOf({ host, instance }: EtcdMember): ScrapeTarget {
  const { etcd_cluster: cls, etcd_port: port } = settingsOf(host);
  const { ip } = host;
  const labels = { cls, ins: instance, exporter: 'etcd' } as const;
  return { job: 'etcd', file: instance, ip, address: `${ip}:${port}`, labels };
}
