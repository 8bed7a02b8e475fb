import { OpenPort, offer, StoreElection, StoreEndpoint } from '../../model/facts.ts';
import { defineModule, settingsOf } from '../../model/module.ts';
import { DashboardPage, RuleGroup } from '../../model/monitoring.ts';
import { electionTimes, etcdMembers, isEtcdHost } from './members.ts';
import { ruleGroups } from './monitoring/index.ts';
import { ETCD_PAGES } from './monitoring/pages.ts';
import { rows } from './params.ts';
import { etcdPorts, planEtcd } from './plan.ts';
import { etcdRecord, recordOf } from './record.ts';
import { checkEtcd } from './rules.ts';
import { monitoringOffers } from './targets.ts';

export const etcd = defineModule({
  name: 'etcd',
  rows,
  recipes: ['etcd'],
  isOn: (host) => isEtcdHost(host) && settingsOf(host).etcd_seq !== undefined,
  files: (site) => (site.hosts.some(isEtcdHost) ? [etcdRecord.nameOf(site)] : []),
  record: recordOf,
  instance: (host, site) => {
    const member = etcdMembers(site).find((one) => one.host === host);
    return member && { instance: member.instance };
  },
  labels: (host, site) => {
    const member = etcdMembers(site).find((one) => one.host === host);
    return member && { cls: settingsOf(host).etcd_cluster, ins: member.instance };
  },
  check: checkEtcd,
  offer: (site) => {
    const members = etcdMembers(site);
    const endpoints = members.map(({ host }) => ({ ip: host.ip, port: settingsOf(host).etcd_port }));
    const seconds = electionTimes(members).electionMilliseconds / 1000;
    const ports = members.flatMap(({ host }) => {
      const { etcd_port, etcd_peer_port } = settingsOf(host);
      return [etcd_port, etcd_peer_port].map((port) => ({ ip: host.ip, port }));
    });
    return [
      offer(OpenPort, ports),
      offer(StoreEndpoint, endpoints),
      offer(StoreElection, [{ seconds }]),
      offer(RuleGroup, ruleGroups(site)),
      offer(DashboardPage, members.length > 0 ? ETCD_PAGES : []),
      ...monitoringOffers(members),
    ];
  },
  images: () => [{ name: 'etcd', recipe: 'etcd', arguments: {}, packages: [] }],
  ports: etcdPorts,
  plan: planEtcd,
  promise: (site) => {
    const members = etcdMembers(site);
    return members.slice(0, 1).map(({ host }) => ({
      kind: 'quorum',
      cluster: settingsOf(host).etcd_cluster,
      members: members.length,
      spare: Math.floor((members.length - 1) / 2),
    }));
  },
});
