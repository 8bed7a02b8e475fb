import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLab, type Lab, labSkipReason } from '../support/lab.ts';
import type { LabNode } from '../support/node.ts';
import { Workshop } from '../support/product.ts';

/* SQL files that databases start with: run once, whole or not at all, and a wrong one is said and not tried for ever. */
const ADDRESS = '10.10.10.10';
const reason = labSkipReason();

const GOOD = `-- ends as somebody else, with an empty search_path, as pg_dump does
select set_config('search_path', '', false);
create table public.baseline (said text);
insert into public.baseline values ('once; it''s "quoted" \\ $1');
alter table public.baseline owner to dbuser_meta;
copy public.baseline (said) from stdin;
from stdin
\\.
set role dbuser_meta;
select count(*) from public.baseline;`;

describe.skipIf(reason)(`baselines ${reason ?? ''}`, () => {
  let workshop: Workshop;
  let lab: Lab;
  let node: LabNode;

  beforeAll(async () => {
    workshop = new Workshop('meta', (text) =>
      text.replace('- name: meta\n', '- name: meta\n            baseline: first.sql\n'),
    );
    mkdirSync(join(workshop.directory, 'files'));
    writeFileSync(join(workshop.directory, 'files', 'first.sql'), GOOD);
    lab = await createLab();
    node = await lab.node({ ip: ADDRESS, name: 'h10', suite: 'bookworm' });
    await node.boot();
  });

  afterAll(async () => {
    await lab?.destroy();
    workshop?.remove();
  });

  async function apply() {
    const bundle = await workshop.bundle(ADDRESS);
    await node.sh('rm -rf /root/bundle');
    await node.push(bundle, '/root/bundle');
    return node.exec(['/root/bundle/pigsty-agent', 'apply'], { timeoutSeconds: 300 });
  }

  async function sql(database: string, command: string): Promise<string> {
    const args = ['/usr/local/bin/psql', '-XAtqh', '/run/postgresql', '-d', database, '-c', command];
    const result = await node.exec(['runuser', '-u', 'postgres', '--', ...args]);
    return (result.code === 0 ? result.stdout : result.stderr).trim();
  }

  const said = () => sql('meta', "select string_agg(said, '|' order by said) from baseline");
  const SAID = 'from stdin|once; it\'s "quoted" \\ $1';

  it('runs when the database is made', async () => {
    const applied = await apply();
    expect(applied.code, applied.stderr).toBe(0);
    expect(await said()).toBe(SAID);
  });

  it('undoes one that is wrong, says so, and does not try again by itself', async () => {
    writeFileSync(join(workshop.directory, 'late.sql'), 'create table late (n int);\nselect 1/0;\n');
    workshop.edit((text) =>
      text.replace(
        '- name: vault\n',
        '- name: late\n            baseline: late.sql\n          - name: vault\n',
      ),
    );
    const applied = await apply();
    expect(applied.code).toBe(6);
    expect(applied.stderr).toContain('pgsql-provision.service');
    expect(await node.sh('journalctl -q -o cat -u pgsql-provision')).toMatch(
      /baseline-\d\.sql:2: ERROR: {2}division by zero[\s\S]*the baseline of database late failed and was undone/,
    );
    expect(await node.sh('systemctl show -p NRestarts,ActiveState pgsql-provision')).toBe(
      'NRestarts=0\nActiveState=failed\n',
    );
    expect(await sql('late', 'select * from late')).toContain('does not exist');
    expect(await said()).toBe(SAID);
  });

  it('runs the corrected file, and nothing twice', async () => {
    writeFileSync(join(workshop.directory, 'late.sql'), 'create table late (n int);\n');
    const applied = await apply();
    expect(applied.code, applied.stderr).toBe(0);
    expect(await sql('late', 'select count(*) from late')).toBe('0');
    await node.sh('systemctl restart pgsql-provision');
    expect(await said()).toBe(SAID);
    expect(
      await sql('postgres', "select count(*) from pg_db_role_setting where setconfig::text ~ 'pigsty'"),
    ).toBe('0');
  });
});
