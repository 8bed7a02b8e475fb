import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labSkipReason } from '../support/lab.ts';
import { Certificates } from './support/certificates.ts';
import { EtcdSite } from './support/etcd-site.ts';

/*
 * etcd from one member to three, to five, and back to three, while a client commits and a node is cut in each step. Then
 * certificates are renewed and revoked.
 */
const reason = labSkipReason();
const TABLE = 'create table if not exists ledger (n bigint primary key)';

describe.skipIf(reason)(`etcd changes its members ${reason ?? ''}`, () => {
  let site: EtcdSite;
  beforeAll(async () => {
    site = await EtcdSite.create();
  });
  afterAll(() => site?.cluster.destroy());

  it('serves with one member', () =>
    expect.poll(() => site.cluster.sql(TABLE), { timeout: 60_000 }).toBe(''));

  it('requires passwords as soon as Patroni uses its own, and keeps the keys of other clusters from it', async () => {
    const [node] = site.cluster.nodes;
    if (!node) throw new Error('there is no node');
    await expect.poll(() => node.sh('etcdctl auth status'), { timeout: 60_000 }).toContain('Status: true');
    const login = `$(sed -n '/^etcd3:/,/^[^ ]/{s/^ *username: //p;s/^ *password: /:/p}' /etc/pigsty/current/etc/patroni/30-secrets.yml | tr -d '\n"')`;
    const put = (key: string) => node.exec(['sh', '-c', `etcdctl --user "${login}" put ${key} 1`]);
    expect((await put('/pg/pg-test/own')).stdout).toBe('OK\n');
    expect((await put('/pg/pg-other/leader')).stderr).toContain('permission denied');
    // What the agent asks before it goes to a generation without these units.
    const leave = (...units: string[]) =>
      node.exec(['sh', `/etc/pigsty/current/leave/${units[0]}`, ...units]);
    const refused = await leave('pgsql-login.target');
    expect(refused).toMatchObject({ code: 1, stdout: expect.stringContaining('etcd requires a password') });
    expect((await leave('etcd-access.service')).stdout).toContain('etcdctl put /pigsty/auth off');
    expect((await leave('pgsql-login.target', 'patroni.service')).code).toBe(0);
    expect((await leave('etcd-access.service', 'etcd.service')).code).toBe(0);
  });

  it('new members form no cluster of their own while the only member is unreachable; then they join', async () => {
    const [first, second, third] = await site.declare(3);
    if (!first || !second || !third) throw new Error('there are not three nodes');
    await first.isolate();
    const [applied, interrupted] = [second, third].map((node) => site.apply(node).catch(() => undefined));
    for (const node of [second, third]) {
      const said = () => node.sh('journalctl -q -o cat -u etcd');
      await expect.poll(said, { timeout: 60_000 }).toContain('no other member answers');
    }
    await delay(3000);
    for (const node of [second, third]) expect(await node.sh('ls -A /data/etcd')).toBe('.pigsty-state\n');
    await first.heal();
    await site.underLoad(async () => {
      await site.cut(third);
      await interrupted;
      await site.mustApply(third);
      expect((await applied)?.code).toBe(0);
      await site.mustApply(first);
      await site.expectMembers(3);
    });
  });

  it('from three to five, with a new member cut meanwhile', () =>
    site.underLoad(async () => {
      const nodes = await site.declare(5);
      const plain = new Map(nodes.map((node) => [node, []]));
      await site.applyAndCut(plain, { victim: site.node(4), seconds: 3 });
      await site.expectMembers(5);
    }));

  it('from five to three, led by one that leaves; none is removed while two of those that stay are cut', () =>
    site.underLoad(async () => {
      const [first, ...others] = await site.declare(3, [site.node(4)]);
      if (!first) throw new Error('there are not three nodes');
      const early = await site.apply(site.node(4));
      expect(early.code).toBe(2);
      expect(early.stderr).toContain('Apply the hosts of etcd first');
      await site.cluster.leadEtcd(site.node(5));
      await Promise.all(others.map((node) => node.powerCut()));
      const applied = site.mustApply(first);
      const said = () => first.sh('journalctl -q -o cat -u etcd-members');
      await expect
        .poll(said, { timeout: 60_000 })
        .toMatch(/10\.10\.10\.1[45]:2380 is removed when the others have a quorum without it/);
      expect((await first.sh('etcdctl member list')).trim().split('\n')).toHaveLength(5);
      await Promise.all(others.map((node) => node.boot({ until: 'reachable' })));
      await Promise.all([applied, ...others.map((node) => site.mustApply(node))]);
      await site.expectMembers(3);
    }));

  it('a host that has left stays out, with its data and without', async () => {
    const refused = await site.apply(site.node(5));
    expect(refused.code).toBe(6);
    expect(refused.stderr).toContain('its data is that of a removed member');
    const stale = await site.apply(site.node(5), '--replace');
    expect(stale.code).toBe(6);
    expect(stale.stderr).toContain('a newer bundle does not declare it');
    await site.mustApply(site.node(4));
    expect((await site.node(4).exec(['systemctl', 'is-active', 'etcd'])).stdout).toBe('inactive\n');
    await site.expectMembers(3);
  });

  it('a revoked certificate is refused by etcd and PostgreSQL, new ones are accepted; nothing restarts', () =>
    site.underLoad(async () => {
      const nodes = [1, 2, 3].map((n) => site.node(n));
      const [first, second] = [site.node(1), site.node(2)];
      const certificates = new Certificates(site.cluster);
      const old = certificates.copy();
      expect(await certificates.askEtcd(second, old)).toBe('200');
      expect(await certificates.askPostgres(old)).toBe('pg-test-1');
      // Those of 10.10.10.11 are revoked; with another validity, the build renews all others.
      expect(await certificates.reissue('10.10.10.11')).toMatch(
        /^revoked {2}etcd-1 +[0-9a-f]{32} {2}10\.10\.10\.11 gets a new one$/m,
      );
      site.cluster.workshop.edit((text) => text.replace(/(\n +)admin_ip:/, '$1cert_validity: 40d$&'));
      await site.cluster.shipAll(nodes);
      const processes = () => Promise.all([first, second].map((node) => certificates.processes(node)));
      const before = await processes();
      for (const node of nodes) expect(await site.cluster.apply(node)).not.toContain('will restart');
      expect(await processes()).toEqual(before);
      const served = { etcd: 'etcd-1', patroni: 'pg-test-1', postgres: 'pg-test-1' } as const;
      for (const [service, name] of Object.entries(served)) {
        expect(await certificates.served(first, service), service).toBe(certificates.built(name));
      }
      expect(await certificates.served(second, 'etcd')).toBe(certificates.built('etcd-2'));
      const now = certificates.copy();
      for (const node of nodes) {
        expect(await certificates.askEtcd(node, old)).toBe('ECONNRESET');
        expect(await certificates.askEtcd(node, now)).toBe('200');
      }
      expect(await certificates.askPostgres(old)).toContain('revoked');
      expect(await certificates.askPostgres(now)).toBe('pg-test-1');
      const status = JSON.parse(await second.sh('pigsty-agent status --json'));
      const renewed = { name: 'etcd-2', daysLeft: expect.toBeOneOf([39, 40]), state: 'valid' };
      expect(status.certificates).toContainEqual(expect.objectContaining(renewed));
      expect(await second.sh('pigsty-agent status')).toMatch(/^cert +etcd-2 expires in \d+ days$/m);
      await site.expectMembers(3);
    }));
});
