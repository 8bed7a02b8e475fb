import type { LabNode } from '../../support/node.ts';
import type { Cluster } from './cluster.ts';
import { patchBundle } from './patched-bundle.ts';

type Labels = Readonly<Record<string, string>>;

/** Something that goes wrong on the machines of watched.yml, and the alerts that it must bring. */
export type Fault = {
  readonly alerts: readonly (readonly [name: string, labels: Labels])[];
  cause(): Promise<unknown>;
  cure(): Promise<unknown>;
};

const PRIMARY: Labels = { ins: 'pg-test-1', cls: 'pg-test', ip: '10.10.10.11' };
const REPLICA: Labels = { ins: 'pg-test-2', cls: 'pg-test', ip: '10.10.10.12' };
const ALONE: Labels = { ins: 'pg-meta-1', cls: 'pg-meta', ip: '10.10.10.10' };
const REPOSITORY = '/data/backups/postgres/pg-test-17/archive';

/** Rules that wait an hour or days until something is wrong, without the patience. */
export const IMPATIENT = [
  { path: 'etc/prometheus/rules/pgsql-backup-alerts.yml', change: soon('> 111600', '> 30', 'for: 5m') },
  { path: 'etc/prometheus/rules/pgsql-session-alerts.yml', change: soon('> 3600', '> 60', 'for: 3m') },
];

function soon(limit: string, sooner: string, wait: string): (text: string) => string {
  return (text) => text.replace(limit, sooner).replace(wait, 'for: 1m');
}

/** All at the same time. */
export function faultsOf(cluster: Cluster): readonly Fault[] {
  const at = (ip: string) => cluster.node(ip);
  const [infra, primary, replica, lost] = [
    at('10.10.10.10'),
    at('10.10.10.11'),
    at('10.10.10.12'),
    at('10.10.10.13'),
  ];
  const stopped = (node: LabNode, unit: string, ...alerts: Fault['alerts']) =>
    stoppedUnit(node, unit, alerts);
  return [
    lostNode(lost, cluster),
    interrupted(infra, cluster),
    sessions(primary),
    archive(primary),
    sequence(primary),
    lag(replica),
    slot(primary),
    disk(infra),
    unit(infra),
    stopped(replica, 'pgbouncer', ['PgbouncerDown', REPLICA]),
    stopped(
      primary,
      'vip-manager',
      ['VipManagerDown', { ip: '10.10.10.11' }],
      ['VipDown', { vip: '10.10.10.3' }],
    ),
    stopped(
      infra,
      'pushgateway',
      ['InfraDown', { ins: 'pushgateway-1' }],
      ['AgentDown', { job: 'push', ins: 'push-1' }],
    ),
    stopped(
      replica,
      'etcd',
      ['EtcdServerDown', { ip: '10.10.10.12', ins: 'etcd-3' }],
      ['EtcdNoSpare', { cls: 'etcd' }],
    ),
    stopped(
      infra,
      'patroni',
      ['PostgresDown', ALONE],
      ['PatroniDown', ALONE],
      ['PostgresPartition', { cls: 'pg-meta' }],
      ['HaproxyServiceDown', { proxy: 'pg-meta-primary' }],
      ['PostgresBackupTooOld', { cls: 'pg-meta' }],
    ),
    certificates(),
  ];
}

/** What hides other faults. */
export function lastFaultsOf(cluster: Cluster): readonly Fault[] {
  const [infra, primary] = [cluster.node('10.10.10.10'), cluster.node('10.10.10.11')];
  const password = (text: string) => sql(primary, `alter role dbuser_monitor password '${text}'`);
  return [
    {
      alerts: [['PgExporterLoginFailed', PRIMARY]],
      cause: () => password('another'),
      cure: () => password('DBUser.Monitor'),
    },
    {
      alerts: [
        ['EtcdNoLeader', { cls: 'etcd' }],
        ['PatroniFailSafeActive', { cls: 'pg-test' }],
      ],
      cause: () => Promise.all([infra, primary].map((node) => node.sh('systemctl stop etcd'))),
      cure: () => Promise.all([infra, primary].map((node) => node.sh('systemctl start etcd'))),
    },
  ];
}

/** They were made 710 days ago, for 730; a build renews them, and the apply that follows ({@link interrupted}). */
function certificates(): Fault {
  return {
    alerts: [['CertificateNearEnd', { ip: '10.10.10.10', name: 'infra-1' }]],
    cause: () => Promise.resolve(),
    cure: () => Promise.resolve(),
  };
}

/** An activation that is killed while it waits for the health of the host. */
function interrupted(node: LabNode, cluster: Cluster): Fault {
  return {
    alerts: [['NodeGenerationBad', { ip: node.ip }]],
    async cause() {
      const bundle = await cluster.workshop.unpack(node.ip);
      const change = () => '#!/bin/sh\nexit 1\n';
      await patchBundle(bundle, [...IMPATIENT, { path: 'checks/alertmanager', change }]);
      await node.push(bundle, '/root/sick');
      await node.exec(['timeout', '-s', 'KILL', '10', '/root/sick/pigsty-agent', 'apply']);
    },
    async cure() {
      await cluster.ship(node);
      await cluster.apply(node);
    },
  };
}

function lostNode(node: LabNode, cluster: Cluster): Fault {
  const labels = { ip: node.ip };
  const down = ['Node', 'Haproxy', 'Patroni', 'PgExporter', 'PgbouncerExporter', 'PgbackrestExporter'];
  return {
    alerts: [
      ...down.map((name) => [`${name}Down`, labels] as const),
      ['NodePingLost', labels],
      ['InfraDown', { ...labels, ins: 'prometheus-2' }],
      ['PostgresReplicationBreak', PRIMARY],
    ],
    cause: () => node.powerCut(),
    async cure() {
      await node.boot();
      await cluster.waitUntilWhole(cluster.nodes.slice(1));
    },
  };
}

/** The pool has two connections for this database. */
function sessions(node: LabNode): Fault {
  const pool = 'host=10.10.10.11 port=6432 dbname=test user=test password=DBUser.Test';
  const inBoth = (first: string, second: string) =>
    `begin; lock table ${first}; select pg_sleep(2); lock table ${second}`;
  return {
    alerts: [
      ['PgbouncerClientQueue', PRIMARY],
      ['PgbouncerPoolFull', { ...PRIMARY, datname: 'test' }],
      ['PostgresLockWait', { ...PRIMARY, datname: 'postgres' }],
      ['PostgresLongTransaction', { ...PRIMARY, datname: 'postgres' }],
      ['PostgresDeadlock', { ...PRIMARY, datname: 'postgres' }],
    ],
    async cause() {
      for (const n of [1, 2, 3, 4, 5]) await session(node, `pool-${n}`, 'select pg_sleep(600)', pool);
      await sql(node, 'create table a (); create table b (); create table c ()');
      await session(node, 'holds', 'begin; lock table c; select pg_sleep(600)');
      await session(node, 'waits', 'begin; lock table c');
      await session(node, 'one', inBoth('a', 'b'));
      await session(node, 'other', inBoth('b', 'a'));
    },
    async cure() {
      // A server goes on without its client until it has something to say.
      const theirs = "pid <> pg_backend_pid() and query ~ 'pg_sleep|lock table'";
      await sql(node, `select pg_terminate_backend(pid) from pg_stat_activity where ${theirs}`);
      await node.sh("systemctl stop 'test-*'; systemctl reset-failed 'test-*' || :");
      await sql(node, 'drop table a; drop table b; drop table c');
    },
  };
}

function archive(node: LabNode): Fault {
  return {
    alerts: [['PostgresArchiveFailing', PRIMARY]],
    async cause() {
      await node.sh(`chmod 0 ${REPOSITORY}`);
      await sql(node, 'select pg_switch_wal()');
    },
    cure: () => node.sh(`chmod 0750 ${REPOSITORY}`),
  };
}

function sequence(node: LabNode): Fault {
  return {
    alerts: [['PostgresSequenceNearEnd', { ...PRIMARY, seqname: 'public.near_end' }]],
    cause: () => sql(node, "create sequence near_end as smallint start 30000; select nextval('near_end')"),
    cure: () => sql(node, 'drop sequence near_end'),
  };
}

/** WAL of six files is more than half of 160 MB. */
function slot(node: LabNode): Fault {
  const more = 'create table if not exists d (n int); insert into d values (1); select pg_switch_wal();';
  return {
    alerts: [['PostgresSlotRetainsWal', { ...PRIMARY, slot_name: 'left_behind' }]],
    async cause() {
      await sql(node, "select pg_create_physical_replication_slot('left_behind', true)");
      for (let n = 0; n < 6; n += 1) await sql(node, more);
    },
    cure: () => sql(node, "select pg_drop_replication_slot('left_behind')"),
  };
}

/** Its startup process, which replays WAL, stands still. */
function lag(node: LabNode): Fault {
  const startup = "select pid from pg_stat_activity where backend_type = 'startup'";
  const signal = async (name: string) => node.sh(`kill -s ${name} ${await sql(node, startup)}`);
  return {
    alerts: [['PostgresReplicationLag', { ins: 'pg-test-2', cls: 'pg-test' }]],
    cause: () => signal('STOP'),
    cure: () => signal('CONT'),
  };
}

function disk(node: LabNode): Fault {
  return {
    alerts: [['NodeFsSpaceFull', { ip: '10.10.10.10', mountpoint: '/data' }]],
    cause: () =>
      node.sh(`free=$(df --output=avail -B1 /data | tail -n 1); size=$(df --output=size -B1 /data | tail -n 1)
        fallocate -l $((free - size * 8 / 100)) /data/filled`),
    cure: () => node.sh('rm /data/filled'),
  };
}

function unit(node: LabNode): Fault {
  const drop = '/run/systemd/system/dnsmasq.service.d';
  const restart = 'systemctl daemon-reload; systemctl restart dnsmasq';
  return {
    alerts: [
      ['NodeUnitFailed', { ip: node.ip }],
      ['ProbeFailed', { job: 'dns', ip: node.ip }],
    ],
    cause: () =>
      node.sh(`mkdir ${drop}; printf '[Service]\\nRestart=no\\nExecStart=\\nExecStart=/bin/false\\n' >${drop}/broken.conf
        ${restart} || :
        systemctl start pigsty-metrics`),
    cure: () => node.sh(`rm -r ${drop}; ${restart}`),
  };
}

function stoppedUnit(node: LabNode, name: string, alerts: Fault['alerts']): Fault {
  return {
    alerts,
    cause: () => node.sh(`systemctl stop ${name}`),
    cure: () => node.sh(`systemctl start ${name}`),
  };
}

/** What psql prints, as the superuser. */
export function sql(node: LabNode, command: string, database = 'postgres'): Promise<string> {
  return node.sh(
    `runuser -u postgres -- /usr/local/bin/psql -XAtqh /run/postgresql -d ${database} -v ON_ERROR_STOP=1 <<'END'\n${command}\nEND`,
  );
}

/** A session of its own, until it is stopped. */
async function session(
  node: LabNode,
  name: string,
  command: string,
  target = 'host=/run/postgresql',
): Promise<void> {
  const psql = ['/usr/local/bin/psql', '-XAtq', target, '-c', command];
  const { code, stderr } = await node.exec([
    ...['systemd-run', '-q', `--unit=test-${name}`, '--uid=postgres'],
    ...psql,
  ]);
  if (code !== 0) throw new Error(stderr);
}
