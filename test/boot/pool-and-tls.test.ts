import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLab, type Lab, type LabClient, labSkipReason } from '../support/lab.ts';
import type { LabNode } from '../support/node.ts';
import { Workshop } from '../support/product.ts';

/* What blueprint meta leaves off: pgbouncer asks for users, Patroni speaks TLS, the cluster is paused. */
const ADDRESS = '10.10.10.10';
const REST = `${ADDRESS}:8008`;
const PAUSED = 'Maintenance mode: on';

const reason = labSkipReason();

describe.skipIf(reason)(`pool, TLS of Patroni and pause ${reason ?? ''}`, () => {
  let workshop: Workshop;
  let lab: Lab;
  let node: LabNode;
  let client: LabClient;
  let original: string;

  beforeAll(async () => {
    workshop = new Workshop('meta');
    workshop.edit((text) => {
      original = text;
      return text;
    });
    lab = await createLab();
    node = await lab.node({ ip: ADDRESS, name: 'h10', suite: 'bookworm' });
    client = await lab.client('10.10.10.99', 'client');
    await node.boot();
    await apply(['patroni_ssl_enabled: true', 'pgbouncer_auth_query: true']);
  });

  afterAll(async () => {
    await lab?.destroy();
    workshop?.remove();
  });

  /** The blueprint with these variables for all hosts. */
  async function apply(variables: readonly string[]): Promise<void> {
    const own = [`admin_ip: ${ADDRESS}`, ...variables].join('\n    ');
    workshop.edit(() => original.replace(`admin_ip: ${ADDRESS}`, own));
    const bundle = await workshop.bundle(ADDRESS);
    await node.sh('rm -rf /root/bundle');
    await node.push(bundle, '/root/bundle');
    const result = await node.exec(['/root/bundle/pigsty-agent', 'apply'], { timeoutSeconds: 300 });
    expect(result.code, result.stderr).toBe(0);
  }

  /** The output of an SQL command through the pool, or the error. */
  async function sql(command: string, user = 'dbuser_dba', password = 'DBUser.DBA', port = 5433) {
    const url = `host=${ADDRESS} port=${port} dbname=meta user=${user} connect_timeout=5`;
    const call = ['env', `PGPASSWORD=${password}`, 'psql', '-XAtq', url, '-c', command];
    const { code, stdout, stderr } = await client.exec(call);
    return (code === 0 ? stdout : stderr).trim();
  }

  /** The status of a path of Patroni's REST interface, or why there is none. */
  async function ask(url: string, authority?: string): Promise<string> {
    const script = `fetch('${url}').then((answer) => console.log(answer.status), (error) => console.log(error.cause.code))`;
    const environment = authority === undefined ? [] : [`NODE_EXTRA_CA_CERTS=${authority}`];
    return (await client.exec(['env', ...environment, process.execPath, '-e', script])).stdout.trim();
  }

  const list = () => node.sh('patronictl list');

  it('lets in whom PostgreSQL knows and the inventory does not, and no superuser', async () => {
    await sql(`create role walker login password 'Walk.1'; create role root_too login superuser password 'Walk.2';
      create role gone login password 'Walk.3' valid until '2020-01-01';
      grant dbrole_readonly to walker, gone`);
    for (const port of [5433, 6432]) {
      expect(await sql('select current_user', 'walker', 'Walk.1', port)).toBe('walker');
    }
    expect(await sql('select 1', 'walker', 'Walk.x')).toMatch(/authentication failed/);
    expect(await sql('select 1', 'root_too', 'Walk.2')).toMatch(/authentication failed|no such user/);
    expect(await sql('select 1', 'gone', 'Walk.3')).toMatch(/authentication failed|no such user/);
    // Whom pgbouncer asks as stands in its list otherwise than the others.
    const login = 'host=127.0.0.1 port=6432 dbname=meta user=dbuser_monitor';
    expect(await node.sh(`PGPASSWORD=DBUser.Monitor psql -XAtq '${login}' -c 'select 1'`)).toBe('1\n');
    await sql("alter role walker password 'Walk.4'");
    await expect.poll(() => sql('select 1', 'walker', 'Walk.4'), { timeout: 20_000 }).toBe('1');
    const asked = await sql(
      "select has_function_privilege('walker', 'monitor.pgbouncer_auth(text)', 'execute')",
      'dbuser_dba',
      'DBUser.DBA',
      5436,
    );
    expect(asked).toMatch(/^f$|does not exist/);
  });

  it('serves its REST interface to those who know the authority, and nobody in the clear', async () => {
    const authority = join(`${workshop.inventory.replace(/\.yml$/, '')}.pki`, 'ca.crt');
    expect(await ask(`https://${REST}/primary`, authority)).toBe('200');
    expect(await ask(`https://${REST}/primary`)).toMatch(/SELF_SIGNED|UNABLE_TO/);
    expect(await ask(`http://${REST}/primary`)).not.toMatch(/^\d+$/);
    expect(await list()).toMatch(/pg-meta-1 .*Leader .*running/);
    expect(await node.sh('grep -h check-ssl /etc/pigsty/current/etc/haproxy/*.cfg')).toContain(
      'verify required',
    );
    expect(await node.sh('journalctl -u patroni-guard --no-pager')).not.toContain('killed');
  });

  it('pauses, and goes on; a pause of somebody else stays', async () => {
    await apply(['patroni_ssl_enabled: true', 'pgbouncer_auth_query: true', 'patroni_mode: pause']);
    expect(await list()).toContain(PAUSED);
    await apply(['patroni_mode: default']);
    expect(await list()).not.toContain(PAUSED);
    // Back in the clear, too.
    expect(await ask(`http://${REST}/primary`)).toBe('200');
    await expect.poll(() => sql('select 1'), { timeout: 20_000 }).toBe('1');
    await node.sh('patronictl pause --wait');
    await node.sh('systemctl restart pgsql-provision');
    expect(await list()).toContain(PAUSED);
    await node.sh('patronictl resume --wait');
    expect(await node.sh('journalctl -u patroni-guard --no-pager')).not.toContain('killed');
  });
});
