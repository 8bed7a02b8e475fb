import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labSkipReason } from '../support/lab.ts';
import type { LabNode } from '../support/node.ts';
import { accessDifferences } from './support/access.ts';
import { bootstrapTwo } from './support/bootstrap.ts';
import { Cluster } from './support/cluster.ts';
import { expectLeaving } from './support/leaving.ts';
import { acceptedByTwo, longestGap, Writer } from './support/ledger.ts';
import { Reader } from './support/reader.ts';
import { restorePage } from './support/restore-page.ts';

/* What an operator does with three machines while clients work. */
const reason = labSkipReason();

/** A rule of each kind of member, for a user that no default rule lets in. */
const RULES = `
        pg_hba_rules:
          - { user: batch, db: test, addr: 10.10.10.99/32, auth: pwd, role: replica, title: reports from replicas only }
`;
const USER = '          - { name: batch, password: DBUser.Batch }\n        pg_databases:\n';

const FAKETIME = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';

/**
 * The clock that Patroni and PostgreSQL see: nodes share this machine's, so a library puts it forward. etcd reads the
 * kernel's clock itself and measures leases by the monotonic one.
 */
async function setClock(node: LabNode, offset: string): Promise<void> {
  await node.push(FAKETIME, '/opt/clock/libfaketime.so.1');
  await node.sh(`
    mkdir -p /run/systemd/system/patroni.service.d
    cat >/run/systemd/system/patroni.service.d/clock.conf <<'END'
[Service]
BindReadOnlyPaths=/opt/clock
Environment=LD_PRELOAD=/opt/clock/libfaketime.so.1 FAKETIME=${offset} FAKETIME_DONT_FAKE_MONOTONIC=1
END
    systemctl daemon-reload
    systemctl restart patroni`);
}

/** h12 -> pg-test-2 */
function memberName(node: LabNode): string {
  return `pg-test-${node.ip.slice(-1)}`;
}

describe.skipIf(reason)(`three machines in operation ${reason ?? ''}`, () => {
  let cluster: Cluster;
  let first = 1;

  beforeAll(async () => {
    cluster = await Cluster.create('trio', {
      edit: (text) =>
        text
          .replace('        pg_databases:\n', USER)
          .replace('        pg_rto: 30\n', `        pg_rto: 15\n${RULES}`),
    });
  });
  afterAll(() => cluster?.destroy());

  it('takes rows when two are up and the third has never been', () => bootstrapTwo(cluster));

  /** What `work` does, under a writer through a node that stays; its acknowledgements from then on. */
  async function underLoad(host: string, work: () => Promise<void>) {
    const writer = new Writer(cluster.client, cluster.lab.directory, 'load', cluster.url(host, 5433), first);
    first += 1_000_000;
    let since = 0;
    let end = 0;
    try {
      await expect.poll(() => writer.acks.length, { timeout: 30_000 }).toBeGreaterThan(20);
      since = Date.now();
      await work();
      await delay(2000);
      end = Date.now();
    } finally {
      await writer.stop();
    }
    const { acks } = writer;
    const rows = await cluster.sql("select string_agg(n::text, ',') from ledger", { host });
    const stored = new Set(rows.split(',').map(Number));
    return { gap: longestGap(acks, since, end), lost: acks.filter(({ n }) => !stored.has(n)), acks };
  }

  async function switchover(): Promise<void> {
    const leader = await cluster.leader();
    await leader.sh('patronictl switchover --force', { timeoutSeconds: 60 });
    await cluster.waitUntilWhole();
    expect((await cluster.leader()).name).not.toBe(leader.name);
  }

  const batch = { user: 'batch', password: 'DBUser.Batch', port: 5432 };

  it('HBA rules follow the current role', async () => {
    const before = await cluster.leader();
    for (const node of cluster.nodes) {
      await expect
        .poll(() => cluster.sql('select 1', { ...batch, host: node.ip }), { timeout: 10_000 })
        .toMatch(node === before ? /no pg_hba.conf entry/ : /^1$/);
    }
  });

  it('lets in through each port of a host whom `explain hba` says, also where the primary is another one', async () => {
    const leader = await cluster.leader();
    const other = cluster.others(leader)[0] ?? leader;
    await other.sh(`ip addr add 198.51.100.12/24 dev $(ip -o -4 addr show to ${other.ip} | cut -d ' ' -f 2)`);
    const link = "$(ip -o -4 addr show to 10.10.10.99 | cut -d ' ' -f 2)";
    await cluster.client.exec(['sh', '-c', `ip addr add 198.51.100.99/24 dev ${link}`]);
    const logins = [
      { user: 'dbuser_dba', password: 'DBUser.DBA' },
      { user: 'dbuser_monitor', password: 'DBUser.Monitor' },
      { user: 'test', password: 'DBUser.Test' },
    ];
    const routes = [
      { from: '10.10.10.99', to: other.ip },
      { from: '198.51.100.99', to: '198.51.100.12' },
    ];
    const seq = Number(leader.ip.slice(-1));
    const { inventory } = cluster.workshop;
    expect(
      await accessDifferences(inventory, 'pg-test', seq, cluster.client, 'test', logins, routes),
    ).toEqual([]);
    const passed = { user: 'dbuser_dba', password: 'DBUser.DBA', host: '198.51.100.12', port: 5436 };
    expect(await cluster.sql('select pg_is_in_recovery(), host(inet_client_addr())', passed)).toMatch(
      /^f\|127\.77\./,
    );
  });

  it('a planned switchover: write outage below 3 s, no acknowledged row is lost', async () => {
    const outcome = await underLoad('10.10.10.13', switchover);
    process.stdout.write(`switchover: ${outcome.gap.toFixed(2)} s without a write\n`);
    expect(outcome.lost).toEqual([]);
    expect(acceptedByTwo(outcome.acks)).toEqual([]);
    expect(outcome.gap).toBeLessThan(3);
  });

  it('then the rules have followed the roles, and the new primary has a backup of its own', async () => {
    const leader = await cluster.leader();
    for (const node of cluster.nodes) {
      await expect
        .poll(() => cluster.sql('select 1', { ...batch, host: node.ip }), { timeout: 10_000 })
        .toMatch(node === leader ? /no pg_hba.conf entry/ : /^1$/);
    }
    await expect
      .poll(async () => (await leader.exec(['pgbackrest', 'info'])).stdout, { timeout: 60_000 })
      .toContain('full backup');
  });

  it('is taken back, as a whole, to a point in time after the switchover, from the new primary’s repository', async () => {
    const leader = await cluster.leader();
    const { check, restore, start, whole } = restorePage();
    const run = (script: string) => {
      const own = script.replaceAll('pg-meta', 'pg-test').replaceAll('-d meta', '-d test');
      return leader.sh(own, { timeoutSeconds: 300 });
    };
    await cluster.sql("create table pitr as select 'before' as row");
    const moment = await cluster.sql('select clock_timestamp()');
    await cluster.sql("select pg_sleep(1); insert into pitr values ('after')");
    await run(check);
    await run(restore.replace(/^moment=.*$/m, `moment='${moment}'`));
    const rows = 'asked "select string_agg(row, $$ $$) from pitr"';
    expect(await run(`${start}\n${rows.replaceAll('$', '\\$')}`)).toBe('before\n');
    const replicas = cluster.others(leader);
    for (const node of replicas) await node.sh('systemctl stop patroni');
    await run(whole);
    const leads = () => cluster.sql('select pg_is_in_recovery()', { host: leader.ip, port: 5432 });
    await expect.poll(leads, { timeout: 60_000 }).toBe('f');
    await run(check);
    for (const node of replicas) await node.sh('systemctl start patroni');
    await cluster.waitUntilWhole();
    for (const { ip: host } of cluster.nodes) {
      expect(await cluster.sql('select row from pitr', { host, port: 5432 })).toBe('before');
    }
    await leader.sh('rm -r /pg/data-before');
  });

  it('in maintenance mode PostgreSQL goes on without Patroni, and through its return', async () => {
    const leader = await cluster.leader();
    const postmaster = () => leader.sh('head -n 1 /pg/data/postmaster.pid');
    const before = await postmaster();
    await leader.sh('patronictl pause --wait; systemctl stop patroni');
    expect((await leader.exec(['systemctl', 'is-active', 'patroni-guard'])).stdout.trim()).toBe('inactive');
    // Longer than the lease, after which the guard would strike.
    await delay(10_000);
    await leader.sh('systemctl start patroni');
    await delay(5000);
    expect(await leader.sh('systemctl is-active patroni patroni-guard')).toBe('active\nactive\n');
    expect(await postmaster()).toBe(before);
    await leader.sh('patronictl resume --wait');
    await cluster.waitUntilWhole();
    expect(await postmaster()).toBe(before);
  });

  it('losing a replica: no write fails, failed reads succeed on retry', async () => {
    const leader = await cluster.leader();
    const [replica, survivor] = cluster.others(leader);
    if (!replica || !survivor) throw new Error('there are not three nodes');
    const reader = new Reader(cluster.client, cluster.lab.directory, cluster.url(survivor.ip, 5434));
    const outcome = await underLoad(survivor.ip, async () => {
      await replica.powerCut();
      await delay(15_000);
    }).finally(() => reader.stop());
    const { reads, failed } = await reader.stop();
    expect(reads).toBeGreaterThan(50);
    expect(failed).toBe(0);
    expect(outcome.lost).toEqual([]);
    expect(outcome.gap).toBeLessThan(3);
    await replica.boot({ until: 'reachable' });
    await cluster.waitUntilWhole();
  });

  it('converges its own keys in etcd and keeps others', async () => {
    const leader = await cluster.leader();
    await leader.sh('patronictl edit-config --force --set postgresql.parameters.log_hostname=on');
    cluster.workshop.edit((text) => text.replace('pg_rto: 15', 'pg_rto: 40'));
    for (const node of cluster.nodes) await cluster.ship(node);
    await cluster.applyAll();
    const config = await leader.sh('patronictl show-config');
    expect(config).toMatch(/^ttl: 32$/m);
    expect(config).toContain('log_hostname: true');
    const words = await leader.sh('journalctl -u pgsql-provision -o cat --no-pager');
    expect(words).toContain('store: ttl: 7 -> 32');
    expect(words).toContain('log_hostname = True: not in the inventory, not changed');
  });

  it('is rebooted one after the other under load', async () => {
    const outcome = await underLoad('10.10.10.13', async () => {
      for (const node of cluster.nodes.slice(0, 2)) {
        await node.reboot({ until: 'reachable' });
        await cluster.waitUntilWhole();
      }
    });
    const last = await underLoad('10.10.10.11', async () => {
      await cluster.node('10.10.10.13').reboot({ until: 'reachable' });
      await cluster.waitUntilWhole();
    });
    for (const { gap, lost, acks } of [outcome, last]) {
      process.stdout.write(`rolling reboot: ${gap.toFixed(1)} s without a write, ${lost.length} rows lost\n`);
      expect(gap).toBeLessThanOrEqual(40);
      expect(acceptedByTwo(acks)).toEqual([]);
    }
  });

  it('works with a clock one hour ahead, also as primary', async () => {
    const [ahead] = cluster.others(await cluster.leader());
    if (!ahead) throw new Error('there is no replica');
    await setClock(ahead, '+1h');
    await cluster.waitUntilWhole();
    const outcome = await underLoad('10.10.10.11', async () => {
      await ahead.sh(`patronictl switchover --force --candidate ${memberName(ahead)}`, {
        timeoutSeconds: 60,
      });
      await cluster.waitUntilWhole();
    });
    expect((await cluster.leader()).name).toBe(ahead.name);
    expect(outcome.lost).toEqual([]);
    expect(acceptedByTwo(outcome.acks)).toEqual([]);
    const hours = 'select round(extract(epoch from now()) / 3600)';
    const there = Number(await cluster.sql(hours, { host: ahead.ip, port: 5432 }));
    expect(there - Math.round(Date.now() / 3_600_000)).toBe(1);
    await setClock(ahead, '+0');
    await cluster.waitUntilWhole();
  });

  it('a host without its data is refused until apply --replace', async () => {
    const dead = cluster.others(await cluster.leader())[0];
    if (!dead) throw new Error('there is no replica');
    const fresh = await cluster.replace(dead);
    const refused = await fresh.exec(['/bundle/pigsty-agent', 'apply'], { timeoutSeconds: 300 });
    expect(refused.code).toBe(6);
    expect(refused.stderr).toContain('pigsty-agent apply --replace');
    const replaced = await fresh.exec(['/bundle/pigsty-agent', 'apply', '--replace'], {
      timeoutSeconds: 300,
    });
    expect(replaced.code, replaced.stderr).toBe(0);
    await cluster.waitUntilWhole();
    const health = await fresh.sh('etcdctl endpoint health 2>&1');
    expect(health.match(/is healthy/g)).toHaveLength(3);
    const rows = 'select count(*) from ledger';
    const all = await cluster.sql(rows);
    await expect.poll(() => cluster.sql(rows, { host: fresh.ip, port: 5432 })).toBe(all);
  });

  it('a primary leaves its cluster, then its host the site; then the cluster ends', () =>
    expectLeaving(cluster, underLoad));
});
