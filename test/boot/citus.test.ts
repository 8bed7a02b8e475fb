import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startArchive, type TestArchive } from '../support/archive.ts';
import { labSkipReason } from '../support/lab.ts';
import { removeTree } from '../support/process.ts';
import { mustPigsty, root } from '../support/product.ts';
import { CITUS_STAND_IN } from './support/citus-stand-in.ts';
import { Cluster } from './support/cluster.ts';

/*
 * The parts of a Citus database as Patroni, PostgreSQL and etcd see them: who is registered with the coordinator through
 * failovers, and how servers prove to one another who they are. Citus itself is not there: see citus-stand-in.ts.
 */
const reason = labSkipReason();
const COORDINATOR = '10.10.10.11';
const WORKERS = ['10.10.10.12', '10.10.10.13'] as const;
const VIP = '10.10.10.2';
const REGISTERED =
  "select string_agg(groupid || ' ' || nodename || ' ' || noderole, ', ' order by groupid, noderole, nodename) from pg_dist_node";

describe.skipIf(reason)(`parts of a Citus database ${reason ?? ''}`, () => {
  let archive: TestArchive;
  let cluster: Cluster;

  beforeAll(async () => {
    vi.stubEnv('no_proxy', '127.0.0.1');
    archive = await startArchive(mkdtempSync(join(tmpdir(), 'pigsty-archive-')));
    archive.publish([CITUS_STAND_IN]);
    const { address, key } = archive.source;
    const keyFile = join(archive.directory, 'ours.asc');
    writeFileSync(keyFile, key);
    const baseline = join(archive.directory, 'first.sql');
    // What it finds is what was there when it ran.
    writeFileSync(baseline, `create table parts as select count(distinct groupid) from pg_dist_node;\n`);
    const added = [
      `image_sources: [{ name: ours, url: '${address}', suite: test, key: ours.asc }]`,
      `pg_extensions: [${CITUS_STAND_IN.name}]`,
    ].join('\n    ');
    cluster = await Cluster.create(join(root, 'test/boot/support/citus.yml'), {
      edit: (text) => text.replace('  pg_mode:', `  ${added}\n    pg_mode:`),
      beside: [keyFile, baseline],
    });
  });
  afterAll(async () => {
    await cluster?.destroy();
    vi.unstubAllEnvs();
    await archive?.close();
    removeTree(archive.directory);
  });

  /** What PostgreSQL on a node says to its superuser. */
  async function ask(host: string, query: string): Promise<string> {
    const call = ['psql', '-XAtqd', 'test', '-c', query];
    const { code, stdout, stderr } = await cluster.node(host).exec(call, { user: 'postgres' });
    return (code === 0 ? stdout : stderr).trim();
  }

  /** Who a server is to another one, which it asks in the name of a user, as Citus does. */
  function askThrough(from: string, to: string, user: string): Promise<string> {
    const target = `'host=${to} dbname=test user=${user} ' || current_setting('citus.node_conninfo')`;
    return ask(from, `select who from dblink(${target}, 'select current_user') as answer (who name)`);
  }

  it('the coordinator knows all members when they have started, all at once', async () => {
    await cluster.applyAll();
    await expect
      .poll(() => ask(COORDINATOR, REGISTERED), { timeout: 60_000 })
      .toBe(`0 ${COORDINATOR} primary, 1 ${WORKERS[0]} primary, 1 ${WORKERS[1]} secondary`);
    expect(await cluster.sql('create table ledger (n int)')).toBe('');
  });

  it('the database is as the inventory has it, its baseline run once all parts were there', async () => {
    for (const { ip } of cluster.nodes) {
      const isThere = "select to_regnamespace('monitor') is not null";
      expect(await ask(ip, isThere)).toBe('t');
      expect(await ask(ip, "select datconnlimit from pg_database where datname = 'test'")).toBe('50');
    }
    await expect.poll(() => ask(COORDINATOR, 'select count from parts'), { timeout: 60_000 }).toBe('2');
    expect(await ask(WORKERS[0], "select to_regclass('parts') is null")).toBe('t');
  });

  it('servers connect with certificates as any user; other connections from their hosts are rejected', async () => {
    for (const [from, to] of [[COORDINATOR, WORKERS[0]] as const, [WORKERS[0], COORDINATOR] as const])
      for (const user of ['test', 'postgres']) expect(await askThrough(from, to, user)).toBe(user);
    const [worker] = WORKERS;
    const target = `host=${COORDINATOR} user=test password=DBUser.Test`;
    const call = (database: string) =>
      cluster.node(worker).exec(['psql', '-XAtq', `${target} dbname=${database}`, '-c', 'select 1']);
    const refused = (await call('test')).stderr;
    expect(refused).toContain('requires a valid client certificate');
    expect(refused).toContain('rejects connection');
    expect((await call('postgres')).stdout).toBe('1\n');
  });

  it('`explain hba` names what decides', async () => {
    const question = ['--cluster', 'pg-citus0', '--user', 'test', '--db', 'test', '--from', WORKERS[1]];
    const said = await mustPigsty(['explain', 'hba', '-i', cluster.workshop.inventory, ...question]);
    expect(said).toContain('postgres   authenticates with cert');
    expect(said).toContain('pg_shard: Citus groups of database test');
  });

  it('a switchover of a worker reaches the coordinator, services and the shared address', async () => {
    const [first, second] = WORKERS;
    const holds = async (host: string) =>
      (await cluster.node(host).sh(`ip -o -4 addr show to ${VIP}`)) !== '';
    expect(await holds(first)).toBe(true);
    await cluster
      .node(COORDINATOR)
      .sh('patronictl switchover pg-citus --group 1 --candidate pg-citus1-2 --force');
    await expect
      .poll(() => ask(COORDINATOR, REGISTERED), { timeout: 30_000 })
      .toBe(`0 ${COORDINATOR} primary, 1 ${second} primary, 1 ${first} secondary`);
    await expect.poll(() => holds(second), { timeout: 30_000 }).toBe(true);
    await expect
      .poll(() => cluster.sql('select pg_is_in_recovery()', { host: first }), { timeout: 30_000 })
      .toBe('f');
    expect(await askThrough(COORDINATOR, second, 'test')).toBe('test');
  });

  it('so does a failover', async () => {
    const [first, second] = WORKERS;
    await cluster.node(second).powerCut();
    await expect
      .poll(() => ask(COORDINATOR, REGISTERED), { timeout: 60_000 })
      .toContain(`1 ${first} primary`);
    await cluster.node(second).boot();
    await expect
      .poll(() => ask(COORDINATOR, REGISTERED), { timeout: 60_000 })
      .toBe(`0 ${COORDINATOR} primary, 1 ${first} primary, 1 ${second} secondary`);
    for (const node of cluster.nodes) await node.sh('systemctl restart pgsql-provision');
  });
});
