import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { LabNode } from '../../support/node.ts';
import { mustPigsty } from '../../support/product.ts';
import type { Cluster } from './cluster.ts';

/** What a client sees while `work` is done: the longest time without a write, and acknowledged rows that are gone. */
export type UnderLoad = (
  host: string,
  work: () => Promise<void>,
) => Promise<{ readonly gap: number; readonly lost: readonly object[] }>;

/** Takes the primary's module off its host, then the host out of the inventory, then the cluster. */
export async function expectLeaving(cluster: Cluster, underLoad: UnderLoad): Promise<void> {
  await expectSameSite(cluster);
  const leaver = await cluster.leader();
  const [first, second] = cluster.others(leaver);
  if (!first || !second) throw new Error('there are not three nodes');
  await leaveCluster(cluster, leaver, [first, second], underLoad);
  await endCluster(cluster, leaver, [first, second]);
  await retire(leaver);
  await endSite([first, second]);
}

/** A renamed inventory gives the same bundles. */
async function expectSameSite({ workshop }: Cluster): Promise<void> {
  const before = await workshop.build();
  const renamed = join(workshop.directory, 'renamed.yml');
  renameSync(workshop.inventory, renamed);
  expect(await mustPigsty(['build', renamed, '-q', '-o', join(workshop.directory, 'out')])).toBe(before);
  renameSync(renamed, workshop.inventory);
}

/** The host stays a member of etcd. */
async function leaveCluster(
  cluster: Cluster,
  leaver: LabNode,
  others: readonly [LabNode, LabNode],
  underLoad: UnderLoad,
): Promise<void> {
  cluster.workshop.edit((text) =>
    text
      .replace(new RegExp(`^ +${leaver.ip}: \\{ pg_seq.*\\n`, 'm'), '')
      .replace(/pg_role: primary/, 'pg_role: replica')
      .replace(new RegExp(`(${others[0].ip}: .* pg_role:) replica`), '$1 primary'),
  );
  await cluster.shipAll(cluster.nodes);
  for (const node of others) expect(await mentions(node, leaver.ip, 'etc/haproxy')).not.toBe('');
  await leaver.sh('patronictl pause --wait');
  await expect(cluster.apply(leaver)).rejects.toThrow(
    /exit 2[\s\S]*maintenance mode[\s\S]*nothing was stopped/,
  );
  await leaver.sh('patronictl resume --wait');
  let said = '';
  const { gap, lost } = await underLoad(others[0].ip, async () => {
    said = await cluster.apply(leaver);
    await cluster.applyAll(others);
  });
  process.stdout.write(`a primary that leaves: ${gap.toFixed(1)} s without a write\n`);
  expect(lost).toEqual([]);
  expect(gap).toBeLessThan(5);
  expect(said).toMatch(/is the primary of pg-test: switchover to pg-test-\d/);
  expect(said).toContain(`to delete it: pigsty-agent remove --data=${leaver.ip} pgsql-pg-test`);
  expect((await leaver.exec(['systemctl', 'is-active', 'patroni'])).stdout).toBe('inactive\n');
  expect(await leaver.sh('ls -d /pg /data/postgres/pg-test-17/data 2>/dev/null || :')).toBe(
    '/data/postgres/pg-test-17/data\n',
  );
  await cluster.waitUntilWhole(others);
  for (const node of others) {
    expect(await mentions(node, leaver.ip, 'etc/haproxy')).toBe('');
  }
}

/** The files of the current generation that have an address. */
function mentions(node: LabNode, ip: string, directory: string): Promise<string> {
  return node.sh(`cd /etc/pigsty/current/${directory} && grep -rlwF '${ip}' . || :`);
}

/** Neither the host nor pg-test is in the inventory any more. At the end, the keys are deleted as the build says. */
async function endCluster(cluster: Cluster, leaver: LabNode, others: readonly LabNode[]): Promise<void> {
  cluster.workshop.edit((text) =>
    text
      .replace(new RegExp(`^ +${leaver.ip}: \\{ etcd_seq.*\\n`, 'm'), '')
      .replace(`admin_ip: ${leaver.ip}`, `admin_ip: ${others[0]?.ip}`)
      .replace(/^ {4}pg-test:\n(?: {6}.*\n|\n)*/m, ''),
  );
  await cluster.shipAll(others);
  const leader = await cluster.leader();
  const early = await leaver.exec(['pigsty-agent', 'remove'], { timeoutSeconds: 120 });
  expect(early.stderr).toContain('Apply the hosts of etcd first');
  expect(early.code).toBe(2);
  expect((await leaver.exec(['systemctl', 'is-active', 'etcd'])).stdout).toBe('active\n');
  for (const node of others.filter((other) => other !== leader)) await cluster.apply(node);
  expect(await cluster.apply(leader)).toContain('is the last member of pg-test that runs');
  const keys = () => leader.sh('etcdctl get --prefix /pg/pg-test/ --keys-only');
  expect(await keys()).toContain('/pg/pg-test/initialize');
  await leader.sh('etcdctl del --prefix /pg/pg-test/');
  expect(await keys()).toBe('');
  for (const node of others) expect(await mentions(node, leaver.ip, '')).toBe('');
  expect((await leader.sh('etcdctl member list')).trim().split('\n')).toHaveLength(2);
}

async function retire(leaver: LabNode): Promise<void> {
  const removed = await leaver.exec(['pigsty-agent', 'remove'], { timeoutSeconds: 120 });
  expect(removed.code, removed.stderr).toBe(0);
  expect(removed.stderr).toContain('state pgsql-pg-test stays in /data/postgres/pg-test-17');
  const units =
    "systemctl list-units --all --no-legend --plain 'etcd*' 'patroni*' 'haproxy*' 'pigsty*' 'pgb*'";
  const links =
    "find /etc /usr/local -xtype l -lname '/etc/pigsty/*'; readlink /etc/hosts /etc/hostname || :";
  expect(await leaver.sh(`${units}; ${links}; ls /etc/pigsty 2>/dev/null || :`)).toBe('');
  const remove = ['/var/lib/pigsty/pigsty-agent', 'remove'];
  expect((await leaver.exec([...remove, '--data'])).code).toBe(2);
  const deleted = await leaver.exec([...remove, `--data=${leaver.ip}`], { timeoutSeconds: 120 });
  expect(deleted.code, deleted.stderr).toBe(0);
  expect(await leaver.sh('find /data -type f; ls -d /var/lib/pigsty 2>/dev/null || :')).toBe('');
}

/** The last hosts, which have etcd only: with all of them stopped, none is needed any more. */
async function endSite(nodes: readonly [LabNode, LabNode]): Promise<void> {
  for (const node of nodes) await node.sh('systemctl stop etcd-members etcd');
  const removed = await nodes[0].exec(['pigsty-agent', 'remove'], { timeoutSeconds: 120 });
  expect(removed.code, removed.stderr).toBe(0);
  expect(removed.stderr).toMatch(/state etcd-etcd stays in \/data\/etcd/);
}
