import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { labSkipReason } from '../support/lab.ts';
import type { LabNode } from '../support/node.ts';
import { Cluster } from './support/cluster.ts';
import { smallDisk } from './support/disk.ts';
import { Duty } from './support/duty.ts';
import { type Fault, faultsOf, lastFaultsOf } from './support/faults.ts';
import { patchBundle } from './support/patched-bundle.ts';
import { Portal } from './support/portal.ts';

/* Four bare machines, two of which watch all: what is wrong rings, once, and stops ringing when it is right again. */
const reason = labSkipReason();
const ADDRESSES = ['10.10.10.10', '10.10.10.11', '10.10.10.12', '10.10.10.13'] as const;
const DAY = 86_400_000;

/** What takes an hour or days until it is wrong. */
const IMPATIENT = [
  { path: 'etc/prometheus/rules/pgsql-backup-alerts.yml', change: soon('> 111600', '> 120', 'for: 5m') },
  { path: 'etc/prometheus/rules/pgsql-session-alerts.yml', change: soon('> 3600', '> 60', 'for: 3m') },
];

function soon(limit: string, sooner: string, wait: string): (text: string) => string {
  return (text) => text.replace(limit, sooner).replace(wait, 'for: 1m');
}

describe.skipIf(reason)(`a site that watches itself ${reason ?? ''}`, () => {
  let cluster: Cluster;
  let duty: Duty;
  let portals: readonly Portal[];
  const node = (ip: string) => cluster.node(ip);

  beforeAll(async () => {
    // The certificates of a site that nobody has built for two years.
    vi.stubEnv('SOURCE_DATE_EPOCH', String(Math.floor((Date.now() - 710 * DAY) / 1000)));
    const inventory = join(import.meta.dirname, 'support', 'watched.yml');
    cluster = await Cluster.create(inventory, { addresses: ADDRESSES, data: smallDisk });
    vi.unstubAllEnvs();
    const ca = join(cluster.workshop.directory, 'watched.pki', 'ca.crt');
    portals = ['10.10.10.10', '10.10.10.13'].map((ip) => new Portal(node(ip), cluster.client, ca));
    duty = new Duty(cluster.client, cluster.workshop.directory, 9095);
  });
  afterAll(async () => {
    await duty?.stop();
    await cluster?.destroy();
  });

  it('has every target up within a minute, on both infra hosts', async () => {
    const start = Date.now();
    await cluster.applyAll();
    const down = async () => (await Promise.all(portals.map((portal) => portal.targetsDown()))).flat();
    await expect.poll(down, { timeout: 60_000, interval: 500 }).toEqual([]);
    console.log(`all targets up after ${Date.now() - start} ms`);
    await cluster.waitUntilWhole(cluster.nodes.slice(1));
  });

  it('reloads changed rules', async () => {
    const before = await node(ADDRESSES[0]).sh('systemctl show -p ExecMainStartTimestamp prometheus');
    for (const infra of [node('10.10.10.10'), node('10.10.10.13')]) await applyPatched(infra);
    expect(await node(ADDRESSES[0]).sh('systemctl show -p ExecMainStartTimestamp prometheus')).toBe(before);
  });

  async function applyPatched(infra: LabNode): Promise<void> {
    const bundle = await cluster.workshop.unpack(infra.ip);
    await patchBundle(bundle, IMPATIENT);
    await infra.push(bundle, '/root/bundle');
    const { code, stderr } = await infra.exec(['/root/bundle/pigsty-agent', 'apply']);
    expect(code, stderr).toBe(0);
  }

  it('rings for each fault with its labels', async () => {
    await ring(faultsOf(cluster));
  });

  it('rings no more when it is over', async () => {
    await recover(faultsOf(cluster));
  });

  it('rings for what stops a failover, and for a password', async () => {
    await ring(lastFaultsOf(cluster));
    await recover(lastFaultsOf(cluster));
  });

  async function ring(faults: readonly Fault[]): Promise<void> {
    const since = Date.now();
    for (const { cause } of faults) await cause();
    const missing = () =>
      faults.flatMap(({ alerts }) => alerts.filter((alert) => !isRinging(alert)).map(nameOf));
    await expect.poll(missing, { timeout: 300_000, interval: 1000 }).toEqual([]);
    console.log(`${faults.flatMap(({ alerts }) => alerts).length} alerts after ${Date.now() - since} ms`);
  }

  async function recover(faults: readonly Fault[]): Promise<void> {
    const since = Date.now();
    for (const { cure } of faults) await cure();
    const left = () => faults.flatMap(({ alerts }) => alerts.filter(isRinging).map(nameOf));
    await expect.poll(left, { timeout: 300_000, interval: 1000 }).toEqual([]);
    console.log(`all resolved after ${Date.now() - since} ms`);
  }

  const nameOf = (alert: Fault['alerts'][number]) => JSON.stringify(alert);

  function isRinging([name, labels]: Fault['alerts'][number]): boolean {
    return duty.about(name, labels).at(-1)?.status === 'firing';
  }

  it('has said everything once', () => {
    const counts = new Map<string, number>();
    for (const { status, labels, annotations } of duty.notices()) {
      const key = `${status} ${JSON.stringify(labels)} ${annotations.summary}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    console.log([...counts].map(([key, count]) => `${count} ${key}`).join('\n'));
  });
});
