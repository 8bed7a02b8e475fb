import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AGENT } from '../../agent/support/sample.ts';
import { run } from '../../support/process.ts';
import { SHELLS } from './shell-table.ts';

/* `pigsty-agent metrics` on a node that is a few directories, with a systemctl that knows three units. */
const GOOD = '2-aaaa';
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const MANIFEST = `bundle 1
site demo
unit one.service start x x - -
unit two.service start x x - -
unit three.timer timer x x - -
certificate pg-1 2000000000 1900000000
file ${EMPTY} 0644 root root etc/empty
link /pg /data/pg
report pgsql 5 reports/pgsql
`;

describe.each(SHELLS)('the metrics of a node (%s)', (shell) => {
  let directory: string;
  const at = (path: string) => join(directory, path);

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'pigsty-metrics-'));
    const generation = at(`etc/generations/${GOOD}`);
    for (const path of ['etc', 'metrics', 'reports']) mkdirSync(join(generation, path), { recursive: true });
    for (const path of ['store', 'run', 'bin', 'out', 'host']) mkdirSync(at(path));
    writeFileSync(join(generation, 'bundle'), MANIFEST.replace('/pg ', `${at('host')}/pg `));
    writeFileSync(join(generation, 'etc/empty'), '');
    writeFileSync(join(generation, 'metrics/vip'), 'echo pigsty_vip_present 1\n');
    writeFileSync(join(generation, 'metrics/broken'), 'exit 3\n');
    writeFileSync(join(generation, 'reports/pgsql'), 'echo "patroni.service max_connections 100 -> 200"\n');
    for (const link of ['current', 'good']) symlinkSync(`generations/${GOOD}`, at(`etc/${link}`));
    symlinkSync('/data/pg', at('host/pg'));
    writeFileSync(at('store/history'), `${GOOD} d1 1700000000 good\n`);
    writeFileSync(at('bin/systemctl'), '#!/bin/sh\nprintf "active\\nfailed\\nactive\\n"; exit 3\n');
    chmodSync(at('bin/systemctl'), 0o755);
    const places = { store: 'store', home: 'etc', run: 'run', systemd_dir: 'host/systemd' };
    const script = Object.entries(places).reduce(
      (text, [name, path]) => text.replace(new RegExp(`^${name}=.*`, 'm'), `${name}=${at(path)}`),
      AGENT.replace('PATH=/usr', `PATH=${at('bin')}:/usr`),
    );
    mkdirSync(at('host/systemd'));
    for (const unit of ['one.service', 'two.service', 'three.timer'])
      symlinkSync(`${at('etc')}/current/units/${unit}`, at(`host/systemd/${unit}`));
    writeFileSync(at('agent'), script);
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  async function metrics(): Promise<Record<string, string>> {
    const [program = 'sh', ...options] = shell.split(' ');
    const result = await run(program, [...options, at('agent'), 'metrics', at('out')]);
    expect(result.stderr).toBe('');
    expect(result.code).toBe(0);
    const lines = readFileSync(at('out/pigsty.prom'), 'utf8').trim().split('\n');
    const samples = lines.filter((line) => !line.startsWith('#'));
    return Object.fromEntries(
      samples.map((line) => [line.replace(/ \S+$/, ''), line.split(' ').at(-1) ?? '']),
    );
  }

  it('say what is so', async () => {
    expect(await metrics()).toEqual({
      [`pigsty_agent_info{generation="2",digest="${await digest()}",version="0.1.0"}`]: '1',
      pigsty_agent_applied_timestamp_seconds: '1700000000',
      pigsty_agent_good: '1',
      pigsty_agent_busy: '0',
      pigsty_agent_failed_units: '1',
      pigsty_agent_pending_restart: '1',
      pigsty_agent_drift: '0',
      'pigsty_unit_active{unit="one.service"}': '1',
      'pigsty_unit_active{unit="two.service"}': '0',
      'pigsty_unit_active{unit="three.timer"}': '1',
      'pigsty_certificate_expiry_timestamp_seconds{name="pg-1"}': '2000000000',
      pigsty_vip_present: '1',
    });
  });

  it('say what is not as declared', async () => {
    writeFileSync(at(`etc/generations/${GOOD}/etc/empty`), 'changed');
    rmSync(at('host/pg'));
    symlinkSync('/elsewhere', at('host/pg'));
    rmSync(at('host/systemd/two.service'));
    rmSync(at('etc/good'));
    symlinkSync('generations/1-bbbb', at('etc/good'));
    expect(await metrics()).toMatchObject({ pigsty_agent_drift: '3', pigsty_agent_good: '0' });
  });

  async function digest(): Promise<string> {
    const { stdout } = await run('sha256sum', [at('etc/current/bundle')]);
    return stdout.slice(0, 64);
  }
});
