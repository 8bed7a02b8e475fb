import { type Module, settingsOf } from '../../model/module.ts';
import { type EtcdSettings, electionTimes, etcdMembers } from './members.ts';
import { etcdParameters } from './params.ts';
import { etcdPorts, planEtcd } from './plan.ts';
import { checkEtcd } from './rules.ts';

export const etcd: Module = {
  name: 'etcd',
  parameters: etcdParameters,
  check: checkEtcd,
  offer: (site) => ({
    etcdEndpoints: etcdMembers(site).map(({ host }) => ({
      ip: host.ip,
      port: settingsOf<EtcdSettings>(host).etcd_port,
    })),
    etcdElectionSeconds: electionTimes(etcdMembers(site)).electionMilliseconds / 1000,
  }),
  ports: etcdPorts,
  secrets: () => new Map(),
  plan: planEtcd,
  promise: (site) => {
    const members = etcdMembers(site);
    return members.slice(0, 1).map(({ host }) => ({
      kind: 'quorum',
      cluster: settingsOf<EtcdSettings>(host).etcd_cluster,
      members: members.length,
      spare: Math.floor((members.length - 1) / 2),
    }));
  },
};
