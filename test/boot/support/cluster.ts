import { copyFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createLab, type Lab, type LabClient } from '../../support/lab.ts';
import type { LabNode } from '../../support/node.ts';
import { Workshop } from '../../support/product.ts';

const TRIO = ['10.10.10.11', '10.10.10.12', '10.10.10.13'] as const;

/** `h11` for 10.10.10.11. */
const nameOf = (ip: string) => `h${ip.split('.').at(-1)}`;

/** The nodes share one machine's memory; each of them, left to look itself, would take all of it for its own. */
const sized = (text: string) => text.replace('  admin_ip:', '  node_mem_mb: 8192\n    admin_ip:');

export type Member = {
  readonly name: string;
  readonly host: string;
  readonly role: string;
  readonly state: string;
};

export type Access = {
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
  readonly port?: number;
  readonly host?: string;
};

type ClusterOptions = {
  /** Changes the inventory before anything is built. */
  readonly edit?: (text: string) => string;
  /** Gives a node's /data a disk of its own. */
  readonly data?: (lab: Lab, name: string) => Promise<string>;
  readonly addresses?: readonly string[];
  /** Files that lie beside the inventory. */
  readonly beside?: readonly string[];
  /** Debian packages that the machines have beyond the usual ones. */
  readonly packages?: readonly string[];
};

/** Bare machines with the bundles of an inventory beside them, three if not told otherwise, and a client on their network. */
export class Cluster {
  readonly lab: Lab;
  readonly workshop: Workshop;
  readonly client: LabClient;
  readonly nodes: LabNode[];
  /** Addresses of nodes whose newest bundle is at /root/bundle. */
  readonly #moved = new Set<string>();

  private constructor(lab: Lab, workshop: Workshop, client: LabClient, nodes: LabNode[]) {
    this.lab = lab;
    this.workshop = workshop;
    this.client = client;
    this.nodes = nodes;
  }

  /** The machines are on, and hold nothing yet. `inventory` as for {@link Workshop}. */
  static async create(
    inventory: string,
    { edit = (text) => text, data, addresses = TRIO, beside = [], packages = [] }: ClusterOptions = {},
  ): Promise<Cluster> {
    const workshop = new Workshop(inventory, (text) => edit(sized(text)));
    for (const file of beside) copyFileSync(file, join(workshop.directory, basename(file)));
    const lab = await createLab();
    const client = await lab.client('10.10.10.99', 'client');
    await workshop.build();
    const nodes = await Promise.all(
      addresses.map(async (ip) => {
        const name = nameOf(ip);
        const node = await lab.node({ ip, name, packages });
        node.mount('/bundle', await workshop.unpack(ip));
        if (data) node.mount('/data', await data(lab, name));
        await node.boot();
        return node;
      }),
    );
    return new Cluster(lab, workshop, client, nodes);
  }

  /** Builds the inventory as it is now, and puts the node's new bundle in the place of its old one. */
  async ship(node: LabNode): Promise<void> {
    const bundle = await this.workshop.bundle(node.ip);
    await node.sh('rm -rf /root/bundle');
    await node.push(bundle, '/root/bundle');
    this.#moved.add(node.ip);
  }

  /** Builds the inventory as it is now, once, and gives each of these nodes its new bundle. */
  async shipAll(nodes: readonly LabNode[]): Promise<void> {
    await this.workshop.build();
    for (const node of nodes) {
      await node.sh('rm -rf /root/bundle');
      await node.push(await this.workshop.unpack(node.ip), '/root/bundle');
      this.#moved.add(node.ip);
    }
  }

  /** One more bare machine, without a bundle. */
  async add(ip: string): Promise<LabNode> {
    const node = await this.lab.node({ ip, name: nameOf(ip) });
    await node.boot();
    this.nodes.push(node);
    return node;
  }

  /** An empty machine in the place of one that is dead for good: the same address and bundle, no data. */
  async replace(dead: LabNode): Promise<LabNode> {
    if (dead.isRunning) await dead.powerCut();
    const fresh = await this.lab.node({ ip: dead.ip, name: `${dead.name}b` });
    fresh.mount('/bundle', await this.workshop.bundle(dead.ip));
    await fresh.boot();
    this.nodes.splice(this.nodes.indexOf(dead), 1, fresh);
    this.#moved.delete(dead.ip);
    return fresh;
  }

  async destroy(): Promise<void> {
    await this.lab.destroy();
    this.workshop.remove();
  }

  node(ip: string): LabNode {
    const found = this.nodes.find((node) => node.ip === ip);
    if (!found) throw new Error(`no node ${ip}`);
    return found;
  }

  /** The agent's words; throws when it does not end well. */
  async apply(node: LabNode): Promise<string> {
    const directory = this.#moved.has(node.ip) ? '/root/bundle' : '/bundle';
    const result = await node.exec([`${directory}/pigsty-agent`, 'apply'], { timeoutSeconds: 600 });
    if (result.code !== 0) throw new Error(`${node.name}: apply: exit ${result.code}\n${result.stderr}`);
    return result.stderr;
  }

  async applyAll(nodes: readonly LabNode[] = this.nodes): Promise<void> {
    await Promise.all(nodes.map((node) => this.apply(node)));
  }

  /** What psql prints for a command, trimmed; its complaint when it fails. */
  async sql(command: string, access: Access = {}): Promise<string> {
    const { user = 'test', password = 'DBUser.Test', database = 'test', port = 5433 } = access;
    const { host = TRIO[0] } = access;
    const target = `host=${host} port=${port} dbname=${database} user=${user} connect_timeout=3`;
    const line = ['env', `PGPASSWORD=${password}`, 'psql', '-XAtq', target, '-c', command];
    const result = await this.client.exec(line, { timeoutSeconds: 20 });
    return (result.code === 0 ? result.stdout : result.stderr).trim();
  }

  url(host: string, port: number): string {
    return `postgres://test:DBUser.Test@${host}:${port}/test`;
  }

  /** The members as Patroni on one of the running nodes lists them. */
  async members(): Promise<readonly Member[]> {
    for (const node of this.nodes.filter((candidate) => candidate.isRunning)) {
      const members = await this.membersAt(node);
      if (members) return members;
    }
    return [];
  }

  /** The members of this node's cluster as its Patroni lists them; undefined where it cannot. */
  async membersAt(node: LabNode): Promise<readonly Member[] | undefined> {
    const { code, stdout } = await node.exec(['patronictl', 'list', '-f', 'json'], { timeoutSeconds: 20 });
    if (code !== 0) return undefined;
    const rows: readonly Record<'Member' | 'Host' | 'Role' | 'State', string>[] = JSON.parse(stdout);
    return rows.map((row) => ({ name: row.Member, host: row.Host, role: row.Role, state: row.State }));
  }

  async leader(): Promise<LabNode> {
    const leader = (await this.members()).find(({ role }) => role === 'Leader');
    if (!leader) throw new Error('there is no leader');
    return this.node(leader.host);
  }

  /** Nodes that are on and are not `node`. */
  others(node: LabNode): readonly LabNode[] {
    return this.nodes.filter((other) => other !== node && other.isRunning);
  }

  /**
   * Waits until one leader runs and the others stream from it, as Patroni on each of `nodes` sees it; throws with the
   * last list.
   */
  async waitUntilWhole(nodes: readonly LabNode[] = this.nodes, timeoutSeconds = 180): Promise<void> {
    const deadline = Date.now() + timeoutSeconds * 1000;
    for (const node of nodes) {
      for (let members: readonly Member[] = []; !isWhole(members, nodes.length); await delay(500)) {
        if (Date.now() > deadline)
          throw new Error(`${node.name}: the cluster is not whole:\n${JSON.stringify(members, null, 1)}`);
        members = (await this.membersAt(node)) ?? [];
      }
    }
  }

  /** What the running nodes did since a time (ms), in order: for the message of a test that fails. */
  async journal(since: number, units = ['patroni', 'patroni-guard', 'haproxy', 'etcd']): Promise<string> {
    const from = `--since=@${Math.floor(since / 1000)}`;
    const call = ['journalctl', '-q', '-o', 'short-iso-precise', from, ...units.map((unit) => `-u${unit}`)];
    const told = await Promise.all(
      this.nodes.filter((node) => node.isRunning).map(async (node) => (await node.exec(call)).stdout),
    );
    return told.join('').split('\n').sort().join('\n');
  }

  /** Moves etcd's leadership to the member on `node`. */
  async leadEtcd(node: LabNode): Promise<void> {
    const members = await node.sh('etcdctl member list');
    const me = new RegExp(`^([0-9a-f]+), .*${node.ip}:2380`, 'm').exec(members)?.[1];
    if ((await this.etcdLeader()) !== node) await node.sh(`etcdctl move-leader ${me}`);
  }

  /** The node whose member leads etcd. */
  async etcdLeader(): Promise<LabNode> {
    const status = await this.nodes.find((node) => node.isRunning)?.exec(['etcdctl', 'endpoint', 'status']);
    const ip = /https:\/\/([0-9.]+):2379, [^\n]*, true, /.exec(status?.stdout ?? '')?.[1];
    return this.node(ip ?? 'unknown');
  }
}

function isWhole(members: readonly Member[], count: number): boolean {
  const leaders = members.filter(({ role, state }) => role === 'Leader' && state === 'running');
  const streaming = members.filter(({ state }) => state === 'streaming');
  return leaders.length === 1 && streaming.length === count - 1;
}
