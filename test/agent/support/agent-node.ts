import { join } from 'node:path';
import { expect } from 'vitest';
import type { Lab } from '../../support/lab.ts';
import type { LabNode } from '../../support/node.ts';
import type { RunResult } from '../../support/process.ts';
import { type Bundle, writeBundle } from './bundle-writer.ts';

/** A node that gets bundles by `ship` and is judged from outside: by files, links and systemd. */
export class AgentNode {
  readonly node: LabNode;
  readonly #lab: Lab;
  /** All that any agent has said on this node. */
  said = '';

  constructor(lab: Lab, node: LabNode) {
    this.#lab = lab;
    this.node = node;
  }

  /** Puts the bundle at /root/bundle, synced; returns its directory on this machine and its digest. */
  async ship(bundle: Bundle): Promise<{ readonly directory: string; readonly digest: string }> {
    const directory = join(this.#lab.directory, `bundle-${this.node.name}`);
    const digest = await writeBundle(directory, bundle);
    await this.node.exec(['rm', '-rf', '/root/bundle']);
    await this.node.push(directory, '/root/bundle');
    await this.node.sh('sync -f /root/bundle');
    return { directory, digest };
  }

  /**
   * Runs the agent of the bundle that was shipped last, in its directory. The bundles are for one address, the nodes have
   * several.
   */
  run(verb: string, ...args: readonly string[]): Promise<RunResult> {
    const option = verb === 'stage' || verb === 'apply' ? ' --any-address' : '';
    return this.shell(`cd /root/bundle && exec ./pigsty-agent ${[verb + option, ...args].join(' ')}`);
  }

  async shell(script: string): Promise<RunResult> {
    const result = await this.node.exec(['sh', '-c', script]);
    this.said += result.stdout + result.stderr;
    return result;
  }

  /** Ships and applies; the node must take it. */
  async apply(bundle: Bundle): Promise<string> {
    await this.ship(bundle);
    const result = await this.run('apply');
    expect(result.code, result.stderr).toBe(0);
    return result.stderr;
  }

  async read(path: string): Promise<string> {
    return (await this.node.sh(`cat ${path}`)).trimEnd();
  }

  async target(link: string): Promise<string> {
    return (await this.node.exec(['readlink', link])).stdout.trimEnd();
  }

  /** What changes when a service is restarted. */
  async life(unit: string): Promise<string> {
    const properties = '-p ActiveState -p MainPID -p ExecMainStartTimestampMonotonic';
    return this.node.sh(`systemctl show ${properties} ${unit}`);
  }

  /** What a refused bundle may not have touched: files and links, with their times, where the agent writes; and units. */
  async snapshot(): Promise<string> {
    const print = "\\( -type d -printf '%p %m %U:%G\\n' -o -printf '%p %y %m %U:%G %s %T@ %l\\n' \\)";
    return this.node.sh(
      `find /etc /var/lib/pigsty /usr/local /data /tenant ${print} 2>/dev/null | sort; systemctl list-units --no-legend --plain 'sleeper*' 'note*' 'pigsty*'`,
    );
  }

  /** Names that an interrupted agent may have left behind. */
  async leftovers(): Promise<string> {
    const names = "-name '.new-*' -o -name '*.new' -o -name '*.pigsty-new' -o -name switching";
    return this.node.sh(
      `find /etc /var/lib/pigsty /data /run/pigsty-agent \\( ${names} \\) 2>/dev/null || :`,
    );
  }
}

/** An agent node that is on. */
export async function bootNode(lab: Lab, request: Parameters<Lab['node']>[0]): Promise<AgentNode> {
  const node = await lab.node(request);
  await node.boot();
  return new AgentNode(lab, node);
}
