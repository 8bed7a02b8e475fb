import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labSkipReason } from '../support/lab.ts';
import type { LabNode } from '../support/node.ts';
import { root } from '../support/product.ts';
import { Cluster, type Member } from './support/cluster.ts';

/*
 * Whom members follow and how clients find them: cascading and delayed replicas, a copy of a cluster, services on other
 * hosts, an address that follows the primary, and one that proxies share. And whom accounts may log on to.
 */
const reason = labSkipReason();
const MAIN: [string, string, string, string] = ['10.10.10.11', '10.10.10.12', '10.10.10.13', '10.10.10.14'];
const [FIRST, SECOND, CASCADING, DELAYED] = MAIN;
const COPY = '10.10.10.21';
const PROXIES = ['10.10.10.31', '10.10.10.32'] as const;
const VIP = '10.10.10.2';
const PROXY_VIP = '10.10.10.3';

const COUNT = 'select count(*) from ledger';
/** Its slot on the primary names a replica; through the pool its address is not known. */
const WHO = 'show primary_slot_name';

describe.skipIf(reason)(`replication topologies ${reason ?? ''}`, () => {
  let cluster: Cluster;
  let rows = 0;

  beforeAll(async () => {
    cluster = await Cluster.create(join(root, 'test/boot/support/topologies.yml'), {
      addresses: [...MAIN, COPY, ...PROXIES],
      packages: ['openssh-server'],
    });
  });
  afterAll(() => cluster?.destroy());

  async function insert(host: string = PROXIES[0]): Promise<void> {
    expect(await cluster.sql(`insert into ledger values (${rows})`, { host })).toBe('');
    rows += 1;
  }

  /** What a member has, asked for at PostgreSQL itself. */
  function rowsAt(host: string): Promise<string> {
    return cluster.sql(COUNT, { host, port: 5432 });
  }

  async function holders(address: string): Promise<string[]> {
    const running = cluster.nodes.filter((node) => node.isRunning);
    const found = await Promise.all(
      running.map(async (node) => ({ node, has: await node.sh(`ip -o -4 addr show to ${address}`) })),
    );
    return found.filter(({ has }) => has !== '').map(({ node }) => node.ip);
  }

  async function membersOf(host: string): Promise<readonly Member[]> {
    return (await cluster.membersAt(cluster.node(host))) ?? [];
  }

  async function leaderOf(host: string): Promise<string> {
    return (await membersOf(host)).find(({ role }) => role.endsWith('Leader'))?.host ?? 'nobody';
  }

  /** Seven machines on one may take longer than the time for health; applying again goes on from there. */
  async function applyUntilGood(node: LabNode): Promise<void> {
    for (let round = 1; ; round++) {
      const failed = await cluster.apply(node).then(
        () => undefined,
        (cause: Error) => cause,
      );
      if (!failed) return;
      if (round === 3 || !/after \d+ s|in \d+ s/.test(failed.message)) throw failed;
    }
  }

  /** What PostgreSQL itself says on a node, as its superuser. */
  async function ask(host: string, query: string): Promise<string> {
    const result = await cluster
      .node(host)
      .exec(['psql', '-XAtqd', 'postgres', '-c', query], { user: 'postgres' });
    return result.code === 0 ? result.stdout : result.stderr;
  }

  it('start all at once', async () => {
    await Promise.all(cluster.nodes.map(applyUntilGood));
    await expect
      .poll(() => cluster.sql('create table if not exists ledger (n int)', { host: PROXIES[0] }), {
        timeout: 120_000,
      })
      .not.toMatch(/error|FATAL/);
    await insert();
  });

  it('HAProxy serves a port below 1024 without being root', async () => {
    await expect
      .poll(() => cluster.sql(COUNT, { host: PROXIES[1], port: 81 }), { timeout: 30_000 })
      .toBe(String(rows));
  });

  it('ssh works between hosts of a group only', async () => {
    const logOn = async (account: string, from: string, to: string, ...options: string[]) => {
      const command = ['ssh', '-o', 'BatchMode=yes', ...options, to, 'id -un; uname -n'];
      const { code, stdout, stderr } = await cluster.node(from).exec(command, { user: account });
      return code === 0 ? stdout.split('\n', 2) : stderr;
    };
    expect(await logOn('postgres', FIRST, SECOND)).toEqual(['postgres', 'pg-main-2']);
    expect(await logOn('dba', SECOND, FIRST)).toEqual(['dba', 'pg-main-1']);
    expect(await logOn('dba', PROXIES[0], PROXIES[1])).toEqual(['dba', 'proxy-2']);

    const anyHost = ['-o', 'StrictHostKeyChecking=no'];
    expect(await logOn('dba', PROXIES[0], FIRST, ...anyHost)).toMatch(/Permission denied \(publickey/);
    expect(await logOn('dba', FIRST, 'postgres@10.10.10.12', ...anyHost)).toMatch(/Permission denied/);
    // Somebody who has the key, on a host that is not of the group.
    const key = await cluster.node(FIRST).sh('cat /etc/pigsty/current/etc/ssh/dbsu-exchange');
    const stolen = await cluster
      .node(COPY)
      .sh(`umask 077; cat > /tmp/key <<'END'\n${key}END\nchown postgres /tmp/key`);
    expect(stolen).toBe('');
    expect(await logOn('postgres', COPY, SECOND, ...anyHost, '-i', '/tmp/key')).toMatch(/Permission denied/);
  });

  it('a standby cluster has the rows and rejects writes', async () => {
    await expect
      .poll(() => cluster.sql(COUNT, { host: COPY, port: 5434 }), { timeout: 30_000 })
      .toBe(`${rows}`);
    expect(await membersOf(COPY)).toMatchObject([{ name: 'pg-copy-1', role: 'Standby Leader' }]);
    expect(await cluster.sql('create table refused ()', { host: COPY, port: 5432 })).toContain('read-only');
    expect(await ask(FIRST, 'select slot_name from pg_replication_slots where active')).toContain(
      'copy_pg_copy',
    );
    expect(await cluster.sql(COUNT, { host: COPY, port: 5433 })).toMatch(
      /closed the connection|timeout|refused/,
    );
  });

  it('a cascading replica streams from the replica that it names', async () => {
    const streams = (host: string) =>
      ask(host, 'select application_name from pg_stat_replication order by 1');
    await expect.poll(() => streams(SECOND), { timeout: 30_000 }).toBe('pg-main-3\n');
    expect(await streams(FIRST)).not.toContain('pg-main-3');
    await expect.poll(() => rowsAt(CASCADING), { timeout: 30_000 }).toBe(`${rows}`);
  });

  it('a delayed replica lags and gets no clients', async () => {
    await expect.poll(() => rowsAt(DELAYED), { timeout: 60_000 }).toBe(`${rows}`);
    const since = Date.now();
    await insert();
    await expect.poll(() => rowsAt(FIRST)).toBe(`${rows}`);
    expect(await rowsAt(DELAYED)).toBe(`${rows - 1}`);
    await expect.poll(() => rowsAt(DELAYED), { timeout: 60_000 }).toBe(`${rows}`);
    expect(Date.now() - since).toBeGreaterThan(18_000);
    const asked = Array.from({ length: 12 }, () => cluster.sql(WHO, { host: PROXIES[0], port: 5434 }));
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['pg_main_2', 'pg_main_3']));
  });

  it('services are where pg_service_provider says, and nowhere else', async () => {
    for (const host of PROXIES) {
      expect(await cluster.sql('select pg_is_in_recovery()', { host })).toBe('f');
      expect(await cluster.sql('select pg_is_in_recovery()', { host, port: 5434 })).toBe('t');
    }
    expect(await cluster.sql('select 1', { host: FIRST })).toContain('refused');
  });

  it('the VIP moves when its host fails', async () => {
    await expect.poll(() => holders(PROXY_VIP), { timeout: 30_000 }).toHaveLength(1);
    // The first host that was up: nobody preempts.
    const [holder = ''] = await holders(PROXY_VIP);
    const heir = PROXIES.find((ip) => ip !== holder);
    await insert(PROXY_VIP);
    await cluster.node(holder).powerCut();
    const since = Date.now();
    await expect.poll(() => cluster.sql(COUNT, { host: PROXY_VIP }), { timeout: 30_000 }).toBe(`${rows}`);
    process.stdout.write(`the shared address moved in ${((Date.now() - since) / 1000).toFixed(1)} s\n`);
    expect(await holders(PROXY_VIP)).toEqual([heir]);
    await cluster.node(holder).boot();
    await expect.poll(() => cluster.sql('select 1', { host: holder }), { timeout: 60_000 }).toBe('1');
    expect(await holders(PROXY_VIP)).toEqual([heir]);
  });

  it('an address follows the primary through a switchover', async () => {
    await expect.poll(() => holders(VIP), { timeout: 30_000 }).toEqual([FIRST]);
    expect(await cluster.sql(COUNT, { host: VIP, port: 5432 })).toBe(`${rows}`);
    await cluster.node(FIRST).sh('patronictl switchover pg-main --candidate pg-main-2 --force');
    await expect.poll(() => holders(VIP), { timeout: 30_000 }).toEqual([SECOND]);
    const write = 'insert into ledger values (-1); delete from ledger where n = -1';
    await expect.poll(() => cluster.sql(write, { host: VIP, port: 5432 }), { timeout: 30_000 }).toBe('');
  });

  it('the address and the copy follow the primary when its machine is cut off', async () => {
    await expect
      .poll(async () => (await membersOf(FIRST)).map(({ state }) => state).sort(), { timeout: 60_000 })
      .toEqual(['running', 'streaming', 'streaming', 'streaming']);
    await cluster.node(SECOND).isolate();
    await expect
      .poll(async () => [FIRST, CASCADING].includes(await leaderOf(FIRST)), { timeout: 60_000 })
      .toBe(true);
    const leader = await leaderOf(FIRST);
    await expect.poll(() => holders(VIP), { timeout: 30_000 }).toEqual([leader]);
    await insert();
    await expect.poll(() => rowsAt(COPY), { timeout: 60_000 }).toBe(`${rows}`);
    await cluster.node(SECOND).heal();
  });

  it('a promoted standby cluster accepts writes and stays promoted', async () => {
    const copy = cluster.node(COPY);
    await copy.sh('patronictl edit-config pg-copy --set standby_cluster=null --force');
    await expect
      .poll(() => cluster.sql('create table if not exists own ()', { host: COPY }), { timeout: 60_000 })
      .toBe('');
    expect(await cluster.apply(copy)).toContain('is current and good');
    await copy.sh('systemctl restart pgsql-provision');
    expect(await copy.sh('journalctl -q -u pgsql-provision')).toContain('accepts writes: not changed');
    expect(await cluster.sql('select pg_is_in_recovery()', { host: COPY })).toBe('f');
  });

  it('an address that is taken out of the inventory is gone, also where vip-manager hangs', async () => {
    const [holder] = await holders(VIP);
    const node = cluster.node(holder ?? '');
    await node.sh('systemctl kill --signal=STOP vip-manager');
    cluster.workshop.edit((text) => text.replace('pg_vip_enabled: true', 'pg_vip_enabled: false'));
    await cluster.ship(node);
    await cluster.apply(node);
    expect(await holders(VIP)).toEqual([]);
  });
});
