import { expect } from 'vitest';
import { AgentNode } from '../../agent/support/agent-node.ts';
import type { Lab, LabClient } from '../../support/lab.ts';
import type { LabNode } from '../../support/node.ts';
import type { RunResult } from '../../support/process.ts';
import { ADDRESS, revision, UNITS } from './meta-site.ts';

/** Where a node finds the bundles of its site, by revision. */
export const BUNDLES = '/root/bundles';

export type Login = { readonly user?: string; readonly password?: string; readonly port?: number };

/** A node of a lab for the bundles of blueprint meta, and a client beside it. */
export class MetaNode {
  readonly agent: AgentNode;
  readonly node: LabNode;
  readonly #client: LabClient;

  constructor(lab: Lab, node: LabNode, client: LabClient) {
    this.agent = new AgentNode(lab, node);
    this.node = node;
    this.#client = client;
  }

  apply(n: number): Promise<RunResult> {
    return this.node.exec([`${BUNDLES}/${n}/pigsty-agent`, 'apply'], { timeoutSeconds: 300 });
  }

  /** The output of an SQL command from the network, through the pooled service; or the error. */
  async sql(
    command: string,
    { user = 'dbuser_meta', password = 'DBUser.Meta', port = 5433 }: Login = {},
  ): Promise<string> {
    const place = `host=${ADDRESS} port=${port} dbname=meta user=${user} connect_timeout=5`;
    const call = ['env', `PGPASSWORD=${password}`, 'psql', '-XAtq', place, '-c', command];
    const result = await this.#client.exec(call);
    return (result.code === 0 ? result.stdout : result.stderr).trim();
  }

  /** The node runs revision n, all of it and nothing else, and what was promised before is still there. */
  async expectRevision(n: number, digest: string): Promise<void> {
    const { agent } = this;
    const current = await agent.target('/etc/pigsty/current');
    expect(current).toContain(digest.slice(0, 12));
    expect(await agent.target('/etc/pigsty/good')).toBe(current);
    expect(await agent.leftovers()).toBe('');
    expect(await this.node.sh('find /etc /usr/local -xtype l -lname "/etc/pigsty/*"')).toBe('');
    expect(await this.node.sh(`systemctl is-active ${UNITS.join(' ')}`)).toBe(
      'active\n'.repeat(UNITS.length),
    );
    await this.#expectInForce(n);
    const verified = await agent.shell('pigsty-agent verify');
    expect(verified.code, verified.stderr).toBe(0);
    expect((await this.apply(n)).stderr).toContain('nothing to do');
  }

  /** Services take up their files within a moment of the reload. */
  async #expectInForce(n: number): Promise<void> {
    const { viewerPassword, proxyPassword, comment, letsLimitedIn } = revision(n);
    const eventually = (work: () => Promise<string>) => expect.poll(work, { timeout: 20_000, interval: 100 });
    const viewer = { user: 'dbuser_view', password: viewerPassword };
    await eventually(() => this.sql('select 1', viewer)).toBe('1');
    const described = "select shobj_description('dbuser_meta'::regrole, 'pg_authid')";
    await eventually(() => this.sql(described)).toBe(comment);
    const limited = { user: 'dbuser_limited', password: 'DBUser.Limited', port: 5436 };
    await eventually(() => this.sql('select 1', limited)).toMatch(
      letsLimitedIn ? /^1$/ : /no pg_hba\.conf entry/,
    );
    await eventually(() => this.#askProxy(proxyPassword)).toBe('200');
    expect(await this.#askProxy(revision(n - 1).proxyPassword)).toBe('401');
    expect(await this.sql('select 1', { ...viewer, password: revision(n - 1).viewerPassword })).toContain(
      'authentication failed',
    );
  }

  /** The status of HAProxy's own page. */
  async #askProxy(password: string): Promise<string> {
    const script = `fetch('https://${ADDRESS}:9101/pg-meta-1/', { headers: { authorization: 'Basic ' + btoa('admin:${password}') } })
      .then((answer) => process.stdout.write(String(answer.status)))`;
    // The certificate is that of the site's CA, which this machine does not know.
    const command = ['env', 'NODE_TLS_REJECT_UNAUTHORIZED=0', process.execPath, '-e', script];
    const { stdout, stderr } = await this.#client.exec(command);
    return stdout || stderr;
  }
}
