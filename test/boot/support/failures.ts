import { setTimeout as delay } from 'node:timers/promises';
import type { LabNode } from '../../support/node.ts';
import type { Cluster } from './cluster.ts';

/** Something that goes wrong with the leader, and what makes it good again. */
export type Failure = {
  readonly name: string;
  /** Throws when it cannot be brought about. */
  strike(cluster: Cluster, leader: LabNode): Promise<void>;
  /** After writes are back; the cluster heals itself from there. */
  mend?(cluster: Cluster, leader: LabNode): Promise<void>;
  /** Seconds until writes are back, where that is not pg_rto. */
  readonly promise?: number;
  /** A server is gone that may have told clients of rows that no other one has. */
  readonly mayLose?: true;
};

/** Connections that a broken network has stalled are given up in that time, and made again (tcp_retries2). */
const RECONNECT = 15_000;
const POSTMASTER = '$(head -n 1 /pg/data/postmaster.pid)';
/** The postmaster and all its children; one of those may end meanwhile. */
const STOP_POSTGRES = `
  main=${POSTMASTER}
  for stat in /proc/[0-9]*/stat; do
    read -r pid _ _ parent _ <"$stat" 2>/dev/null || continue
    [ "$parent" != "$main" ] || kill -STOP "$pid" 2>/dev/null || :
  done
  kill -STOP "$main"`;

const run = (script: string) => async (_: Cluster, leader: LabNode) => {
  await leader.sh(script);
};

export const FAILURES: readonly Failure[] = [
  { name: 'postgres killed', mayLose: true, strike: run(`kill -9 ${POSTMASTER}`) },
  { name: 'postgres stopped', strike: run(STOP_POSTGRES) },
  { name: 'Patroni killed', strike: run('systemctl kill -s KILL --kill-who=main patroni') },
  { name: 'Patroni stopped', strike: run('systemctl kill -s STOP --kill-who=main patroni') },
  {
    name: 'leader of etcd killed',
    strike: async (cluster) => {
      await (await cluster.etcdLeader()).sh('systemctl kill -s KILL etcd');
    },
  },
  {
    name: 'power cut of the host that leads etcd and PostgreSQL',
    mayLose: true,
    strike: async (cluster, leader) => {
      await cluster.leadEtcd(leader);
      await leader.powerCut();
    },
    mend: async (_, leader) => {
      await leader.boot({ until: 'reachable' });
    },
  },
  {
    name: 'network cut of the host that leads etcd and PostgreSQL',
    mayLose: true,
    strike: async (cluster, leader) => {
      await cluster.leadEtcd(leader);
      await leader.isolate();
    },
    mend: async (_, leader) => {
      await leader.heal();
      await delay(RECONNECT);
    },
  },
  {
    // What the leader sends to the others goes to a machine that is not there; what they send arrives.
    name: 'one-way loss of packets from the leader',
    mayLose: true,
    strike: async (cluster, leader) => {
      const lost = cluster
        .others(leader)
        .map(({ ip }) => `ip neigh replace ${ip} lladdr 02:00:00:00:00:01 nud permanent dev eth0`);
      await leader.sh(lost.join('\n'));
    },
    mend: async (cluster, leader) => {
      await leader.sh(
        cluster
          .others(leader)
          .map(({ ip }) => `ip neigh del ${ip} dev eth0`)
          .join('\n'),
      );
      await delay(RECONNECT);
    },
  },
  {
    name: 'disk of the leader full',
    // All at once; and then what PostgreSQL gives back is taken too.
    strike: run(`
      fallocate -l "$(($(df --output=avail -B1 /data | tail -n 1) - 1048576))" /data/filler
      systemd-run -q --unit filler sh -c 'while :; do cat /dev/zero >>/data/filler; sleep 0.1; done' 2>/dev/null`),
    mend: async (cluster, leader) => {
      const leads = (await cluster.leader()) === leader;
      await leader.sh('systemctl stop filler; rm /data/filler');
      if (leads) throw new Error('a server with a full disk leads');
    },
  },
  {
    name: 'power cut of all three',
    mayLose: true,
    promise: 120,
    strike: async (cluster) => {
      await Promise.all(cluster.nodes.map((node) => node.powerCut()));
      await delay(1000);
      await Promise.all(cluster.nodes.map((node) => node.boot({ until: 'reachable' })));
    },
  },
];
