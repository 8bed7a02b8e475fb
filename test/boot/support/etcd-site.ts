import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import type { LabNode } from '../../support/node.ts';
import { describeFailure, type RunResult } from '../../support/process.ts';
import { root } from '../../support/product.ts';
import { Cluster } from './cluster.ts';
import { longestGap, Writer } from './ledger.ts';

/** What happens to a node meanwhile. */
type Cut = { readonly victim: LabNode; readonly seconds: number };

/** Five machines, of which the first some have members of etcd. PostgreSQL is on the first. */
export class EtcdSite {
  readonly cluster: Cluster;
  #firstRow = 1;

  private constructor(cluster: Cluster) {
    this.cluster = cluster;
  }

  /** etcd has one member, on the first machine. */
  static async create(): Promise<EtcdSite> {
    const cluster = await Cluster.create(join(root, 'test/boot/support/etcd.yml'), {
      addresses: [addressOf(1)],
    });
    await Promise.all([cluster.applyAll(), ...[2, 3, 4, 5].map((n) => cluster.add(addressOf(n)))]);
    return new EtcdSite(cluster);
  }

  node(n: number): LabNode {
    return this.cluster.node(addressOf(n));
  }

  /** Writes members 1 to `count` into the inventory, builds, and gives these, and others, their bundles. */
  async declare(count: number, others: readonly LabNode[] = []): Promise<readonly LabNode[]> {
    const hosts = upTo(count).map((n) => `        ${addressOf(n)}: { etcd_seq: ${n} }\n`);
    this.cluster.workshop.edit((text) =>
      text.replace(/(^ {4}etcd:\n {6}hosts:\n)(?: {8}.*\n)*/m, `$1${hosts.join('')}`),
    );
    const nodes = upTo(count).map((n) => this.node(n));
    await this.cluster.shipAll([...nodes, ...others]);
    return nodes;
  }

  apply(node: LabNode, ...flags: readonly string[]): Promise<RunResult> {
    return node.exec(['/root/bundle/pigsty-agent', 'apply', ...flags], { timeoutSeconds: 300 });
  }

  async mustApply(node: LabNode, ...flags: readonly string[]): Promise<void> {
    const result = await this.apply(node, ...flags);
    if (result.code !== 0) throw new Error(describeFailure(`${node.name}: apply`, result));
  }

  /** Applies nodes at once, each with its flags; one loses its power meanwhile, comes back, and is applied again. */
  async applyAndCut(nodes: ReadonlyMap<LabNode, readonly string[]>, { victim, seconds }: Cut): Promise<void> {
    const interrupted = this.apply(victim, ...(nodes.get(victim) ?? [])).catch(() => undefined);
    const others = [...nodes].filter(([node]) => node !== victim);
    const applied = Promise.all(others.map(([node, flags]) => this.mustApply(node, ...flags)));
    await delay(seconds * 1000);
    await this.cut(victim);
    await interrupted;
    await this.mustApply(victim, ...(nodes.get(victim) ?? []));
    await applied;
  }

  /** Power off, and on again 2 s later. */
  async cut(victim: LabNode): Promise<void> {
    await victim.powerCut();
    await delay(2000);
    await victim.boot({ until: 'reachable' });
  }

  /** Members 1 to `count` have a vote, and nobody else is a member, as each of them sees it. */
  async expectMembers(count: number): Promise<void> {
    const expected = upTo(count).map((n) => `started ${addressOf(n)} false`);
    for (const n of upTo(count)) {
      await expect.poll(() => this.#members(n), { timeout: 60_000, interval: 500 }).toEqual(expected);
    }
  }

  /** What `work` does while a client commits through the first machine: every acknowledged row is there afterwards. */
  async underLoad(work: () => Promise<void>): Promise<void> {
    const { client, lab } = this.cluster;
    const url = this.cluster.url(addressOf(1), 5433);
    const writer = new Writer(client, lab.directory, 'load', url, this.#firstRow);
    this.#firstRow += 1_000_000;
    let since = 0;
    let end = 0;
    try {
      await expect.poll(() => writer.acks.length, { timeout: 30_000 }).toBeGreaterThan(20);
      since = Date.now();
      await work();
      await delay(1000);
      end = Date.now();
    } finally {
      await writer.stop();
    }
    const rows = await this.cluster.sql("select string_agg(n::text, ',') from ledger");
    const stored = new Set(rows.split(',').map(Number));
    expect(writer.acks.filter(({ n }) => !stored.has(n))).toEqual([]);
    const gap = longestGap(writer.acks, since, end);
    process.stdout.write(`${gap.toFixed(1)} s without a write in ${((end - since) / 1000).toFixed(0)} s\n`);
    expect(gap).toBeLessThan(30);
  }

  /** `started 10.10.10.11 false`: state, address, learner. */
  async #members(at: number): Promise<readonly string[]> {
    const { stdout } = await this.node(at).exec(['etcdctl', 'member', 'list'], { timeoutSeconds: 20 });
    const fields = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(', '));
    return fields
      .map(([, state, , peer = '', , learner]) => `${state} ${peer.slice(8, -5)} ${learner}`)
      .sort();
  }
}

function addressOf(n: number): string {
  return `10.10.10.${10 + n}`;
}

function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
