import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { mustRun, removeTree } from '../support/process.ts';
import { root, Workshop } from '../support/product.ts';

/*
 * Grafana itself reads what is generated for it. Debian does not have it: PIGSTY_TEST_GRAFANA is the path of its package, as
 * its own archive has it.
 */
const PACKAGE = process.env.PIGSTY_TEST_GRAFANA;
const skipped = PACKAGE ? '' : ' (PIGSTY_TEST_GRAFANA names no package)';
const PORT = 13_000;
const PASSWORD = 'a "pass;word" with # and $HOME';
const PROVISIONED = ['datasources', 'dashboards'];

describe.skipIf(skipped)(`Grafana${skipped}`, () => {
  let folder: string;
  let workshop: Workshop;
  const url = `http://127.0.0.1:${PORT}/ui`;
  let child: ChildProcess;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pigsty-grafana-'));
    workshop = new Workshop(join(root, 'test/contract/sites/archive.yml'), (text) =>
      text.replace('admin_ip:', `grafana_port: ${PORT}\n    grafana_admin_username: 'ad;min'\n    admin_ip:`),
    );
    writeFileSync(join(workshop.directory, 'ours.asc'), '-----BEGIN PGP PUBLIC KEY BLOCK-----\n');
    await mustRun('dpkg-deb', ['-x', PACKAGE ?? '', join(folder, 'package')]);
    await workshop.build('--config-only');
    moveFiles(folder, join(workshop.directory, 'out/archive/hosts/10.10.10.10'));
    const home = join(folder, 'package/usr/share/grafana');
    const options = [`--homepath=${home}`, `--config=${folder}/etc/grafana.ini`];
    child = spawn(join(home, 'bin/grafana'), ['server', ...options], { stdio: 'inherit' });
    const isHealthy = async () => expect(await status('/api/health')).toBe(200);
    await vi.waitFor(isHealthy, { timeout: 120_000, interval: 500 });
  }, 150_000);

  afterAll(async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill();
    await gone;
    removeTree(folder);
    workshop.remove();
  });

  const login = Buffer.from(`ad;min:${PASSWORD}`).toString('base64');
  const asAdministrator = { headers: { Authorization: `Basic ${login}` } };

  async function status(path: string): Promise<number> {
    return fetch(`${url}${path}`).then(
      (answer) => answer.status,
      () => 0,
    );
  }

  async function read(path: string): Promise<unknown> {
    return (await fetch(`${url}${path}`, asAdministrator)).json();
  }

  it('has every dashboard', async () => {
    const names = readdirSync(join(folder, 'etc/dashboards')).map((name) => name.replace('.json', ''));
    expect(names).toContain('overview');
    const search = async () => expect(await read('/api/search?type=dash-db')).toHaveLength(names.length);
    await vi.waitFor(search, { timeout: 60_000, interval: 500 });
    for (const uid of names)
      expect(await read(`/api/dashboards/uid/${uid}`)).toMatchObject({
        dashboard: { uid },
        meta: { provisioned: true },
      });
  });

  it('has the data source, lets nobody in without a password, and shows its metrics', async () => {
    const source = { type: 'prometheus', isDefault: true, url: 'https://10.10.10.10:9090' };
    expect(await read('/api/datasources/uid/ds-prometheus')).toMatchObject(source);
    expect(await status('/api/search')).toBe(401);
    expect(await status('/metrics')).toBe(200);
  });
});

/** The files of Grafana at places of this test; its secrets are texts of this test. */
function moveFiles(folder: string, generation: string): void {
  cpSync(join(generation, 'etc/grafana'), join(folder, 'etc'), { recursive: true });
  for (const name of ['admin_password', 'secret_key']) writeFileSync(join(folder, 'etc', name), PASSWORD);
  const places = [
    ['/etc/pigsty/current/etc/grafana', `${folder}/etc`],
    ['/run/grafana/dashboards', `${folder}/etc/dashboards`],
    ['/var/lib/grafana', `${folder}/data`],
  ] as const;
  for (const name of ['grafana.ini', ...PROVISIONED.map((kind) => `provisioning/${kind}/pigsty.yml`)]) {
    const file = join(folder, 'etc', name);
    const moved = places.reduce((text, [from, to]) => text.replaceAll(from, to), readFileSync(file, 'utf8'));
    writeFileSync(file, moved);
  }
}
