import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from 'sarif';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mustRun, run } from '../support/process.ts';
import { mustPigsty, PROGRAM, pigsty, root, Workshop } from '../support/product.ts';
import { findMissing } from '../support/requirements.ts';

/* The verbs that read an inventory and write nothing: validate, explain, schema, completion. */
const workshop = new Workshop('trio', (text) =>
  text.replace('pg_rto: 30', 'pg_rto: 40\n        pg_port2: 5433'),
);
const { directory, inventory } = workshop;
afterAll(() => workshop.remove());

const broken = join(directory, 'broken.yml');
writeFileSync(
  broken,
  [
    'all:',
    '  children:',
    '    etcd: { hosts: { 10.10.10.10: { etcd_seq: 1 } } }',
    '    pg-meta:',
    '      hosts:',
    '        10.10.10.10: { pg_seq: 1, pg_role: primary }',
    '        10.10.10.11: { pg_seq: 1, pg_role: primary }',
    '      vars: { pg_cluster: pg-meta, pg_admin_password: Hush.Now, pg_hba_rules: [{ user: nobody, addr: intra }] }',
    '',
  ].join('\n'),
);

describe('validate', () => {
  it('prints a summary, exits with 0 and writes nothing', async () => {
    const before = readdirSync(directory);
    const result = await pigsty(['validate', inventory]);
    expect(result.code).toBe(0);
    expect(result.stdout).toBe(`${inventory}: 3 hosts, 0 errors, 2 warnings, 1 notice\n`);
    expect(result.stderr).toContain('warning[parameter/unknown] unknown parameter `pg_port2`');
    expect(result.stderr).toContain('did you mean `pg_port`?');
    expect(readdirSync(directory)).toEqual(before);
  });

  it('treats warnings as errors with --strict', async () => {
    const result = await pigsty(['validate', inventory, '--strict']);
    expect(result.stdout).toContain('2 errors, 0 warnings');
    expect(result.stderr).toContain('error[parameter/unknown]');
    expect(result.code).toBe(2);
  });

  it('prints all diagnostics as JSON', async () => {
    const result = await pigsty(['validate', broken, '--json']);
    const report = JSON.parse(result.stdout);
    expect(report).toMatchObject({ apiVersion: 'pigsty.io/v1', kind: 'ValidationReport', hosts: 2 });
    expect(report.findings.map(({ code }: { code: string }) => code).sort()).toEqual([
      'node/no-infra',
      'pgsql/duplicate-seq',
      'pgsql/host-without-failover',
      'pgsql/two-primaries',
      'pgsql/unknown-hba-user',
      'pgsql/version-of-platform',
      'site/published-password',
    ]);
    expect(result.stderr).toBe('');
    expect(result.stdout).not.toContain('Hush');
    expect(result.code).toBe(2);
  });

  it('prints them as SARIF, with both places of a clash', async () => {
    const { stdout } = await pigsty(['validate', broken, '--format', 'sarif']);
    const log: Log = JSON.parse(stdout);
    const results = log.runs[0]?.results ?? [];
    const clash = results.find(({ ruleId }) => ruleId === 'pgsql/duplicate-seq');
    const lines = [...(clash?.locations ?? []), ...(clash?.relatedLocations ?? [])].map(
      ({ physicalLocation }) => physicalLocation?.region?.startLine,
    );
    expect(lines).toEqual([7, 6]);
    expect(clash?.level).toBe('error');
    const rules = log.runs[0]?.tool.driver.rules?.map(({ id }) => id);
    expect(rules?.[clash?.ruleIndex ?? -1]).toBe('pgsql/duplicate-seq');
  });
});

describe('explain', () => {
  const explain = (...args: readonly string[]) => pigsty(['explain', ...args, '-i', inventory]);

  it('prints the value and every place that sets it, in order of precedence', async () => {
    const { stdout } = await explain('10.10.10.12', 'pg_rto');
    expect(stdout.split('\n')).toEqual([
      'pg_rto of 10.10.10.12 = 40 (s)',
      expect.stringContaining('module pgsql, PG_BOOTSTRAP'),
      '  fast, norm, safe and wide of Pigsty 4 are 30, 45, 90 and 150',
      expect.stringMatching(/^\* group pg-test {2}\S+trio\.yml:\d+:17 40$/),
      '  default                  30',
      '',
    ]);
  });

  it('prints the same as JSON', async () => {
    const { stdout } = await explain('10.10.10.12', 'pg_rto', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'Explanation',
      value: 40,
      chain: [
        { scope: 'group', name: 'pg-test', value: 40 },
        { scope: 'default', value: 30 },
      ],
    });
  });

  it('shows no secret', async () => {
    expect((await explain('10.10.10.12', 'pg_admin_password')).stdout).not.toContain('DBUser');
    expect((await explain('10.10.10.12', 'pg_users')).stdout).toContain('"password":"<secret>"');
  });

  it('prints the origins of a line of a file', async () => {
    const { stdout } = await explain('10.10.10.12', '/etc/pigsty/current/etc/etcd/etcd.conf:name');
    expect(stdout.split('\n')).toEqual([
      'etc/etcd/etcd.conf of 10.10.10.12, module etcd',
      '  exists and is named because of',
      expect.stringMatching(/^ {4}group etcd of 10\.10\.10\.12 {2}\S+trio\.yml:\d+:\d+$/),
      'name = "etcd-2"',
      expect.stringMatching(/^ {4}etcd_seq of 10\.10\.10\.12 {2}\S+trio\.yml:\d+:\d+$/),
      '    etcd_cluster of 10.10.10.12  default',
      '',
      'etcd_seq of 10.10.10.12 = 2',
      expect.stringContaining('module etcd, ETCD'),
      expect.stringMatching(/^\* host 10\.10\.10\.12 {2}\S+trio\.yml:\d+:\d+ 2$/),
      '',
      'etcd_cluster of 10.10.10.12 = "etcd"',
      expect.stringContaining('module etcd, ETCD'),
      '* default                  "etcd"',
      '',
    ]);
  });

  it('prints the origins of a unit and of a part of a value, as text and as JSON, without secrets', async () => {
    const key = await explain('10.10.10.12', 'etc/pgsql/server.key');
    expect(key.stdout).toContain('@mode = 0640\n');
    const unit = await explain('10.10.10.12', 'patroni.service');
    expect(unit.stdout).toContain('units/patroni.service of 10.10.10.12, module pgsql');
    const users = await explain('10.10.10.12', 'etc/pgbouncer/userlist.txt', '--json');
    const { kind, leaves } = JSON.parse(users.stdout);
    expect(kind).toBe('PlanExplanation');
    expect(leaves).toContainEqual(
      expect.objectContaining({
        value: '<secret>',
        from: expect.arrayContaining([
          expect.objectContaining({ name: 'pg_users', path: expect.arrayContaining(['password']) }),
        ]),
      }),
    );
    expect(users.stdout).not.toContain('DBUser');
  });

  it('reports unknown names with suggestions', async () => {
    const path = await explain('10.10.10.11', 'etc/patroni/patroni.yml');
    expect(path.stderr).toContain('did you mean `etc/patroni/10-patroni.yml`?');
    const leaf = await explain('10.10.10.11', 'etc/etcd/etcd.conf#data-dirs');
    expect(leaf.stderr).toContain('`data-dirs` not found in `etc/etcd/etcd.conf`');
    expect(leaf.stderr).toContain('did you mean `data-dir`?');
    expect(leaf.code).toBe(2);
    const host = await explain('10.10.10.21', 'pg_rto');
    expect(host.stderr).toContain('host `10.10.10.21` not found in the inventory');
    expect(host.code).toBe(2);
    const parameter = await explain('10.10.10.11', 'pg_prot');
    expect(parameter.stderr).toContain('did you mean `pg_port`?');
    expect(parameter.code).toBe(2);
  });
});

describe('schema', () => {
  it('equals the file beside the blueprints', async () => {
    const schema = await mustPigsty(['schema']);
    expect(schema).toBe(readFileSync(join(root, 'blueprints/inventory.schema.json'), 'utf8'));
  });

  it('works with a closed pipe', async () => {
    const line = `set -o pipefail; '${process.execPath}' '${PROGRAM}' schema | head -n 1`;
    expect(await run('bash', ['-c', line])).toEqual({ code: 0, stdout: '{\n', stderr: '' });
  });
});

const missing = findMissing(['bash', 'zsh', 'fish'].map((tool) => ({ tool, package: tool })));
const reason = missing.length > 0 ? ` (missing: ${missing.map(({ tool }) => tool).join(', ')})` : '';
describe.skipIf(missing.length > 0)(`completion${reason}`, () => {
  const scripts = join(directory, 'completions');
  beforeAll(async () => {
    mkdirSync(scripts);
    for (const shell of ['bash', 'zsh', 'fish'])
      writeFileSync(join(scripts, shell), await mustPigsty(['completion', shell]));
    writeFileSync(
      join(scripts, 'pigsty.yml'),
      '# 10.1.0.2\nall: { hosts: { 10.1.0.1: {}, 10.1.0.2: {} } }\n',
    );
  });

  const inBash = async (...words: readonly string[]) => {
    const list = ['pigsty', ...words].map((word) => `'${word}'`).join(' ');
    const line = `source ./bash 2>/dev/null; compopt() { :; }; COMP_WORDS=(${list}); COMP_CWORD=${words.length}; _pigsty; echo "\${COMPREPLY[*]}"`;
    return (await mustRun('bash', ['-c', line], { cwd: scripts })).trim().split(' ');
  };
  const inFish = async (line: string) => {
    const out = await mustRun('fish', ['-c', `source ./fish; complete -C '${line}'`], { cwd: scripts });
    return out
      .trim()
      .split('\n')
      .map((one) => one.split('\t')[0]);
  };

  it('bash: verbs, options, their values, files', async () => {
    expect(await inBash('va')).toEqual(['validate']);
    expect(await inBash('build', '--e')).toEqual(['--emit']);
    expect(await inBash('build', '--emit', '')).toEqual(['plan', 'site']);
    expect(await inBash('build', 'pig')).toEqual(['pigsty.yml']);
  });

  it('bash: blueprints, hosts, parameters', async () => {
    expect(await inBash('init', 't')).toEqual(['trio']);
    expect(await inBash('explain', '')).toEqual(['hba', '10.1.0.1', '10.1.0.2']);
    expect(await inBash('explain', '10.1.0.1', 'pg_por')).toEqual(['pg_port']);
    expect(await inBash('export', '--host', '10.')).toEqual(['10.1.0.1', '10.1.0.2']);
  });

  it('fish: blueprints, hosts, parameters', async () => {
    expect(await inFish('pigsty init t')).toEqual(['trio']);
    expect(await inFish('pigsty explain 10.')).toEqual(['10.1.0.1', '10.1.0.2']);
    expect(await inFish('pigsty explain 10.1.0.1 pg_por')).toEqual(['pg_port']);
    expect(await inFish('pigsty export --host 10.')).toEqual(['10.1.0.1', '10.1.0.2']);
  });

  it('zsh: the functions for arguments can be read', async () => {
    const line =
      'autoload -Uz compinit; compinit -u -D; source ./zsh; compadd() { print -l $hosts }; _pigsty_hosts';
    expect(await mustRun('zsh', ['-fc', line], { cwd: scripts })).toBe('hba\n10.1.0.1\n10.1.0.2\n');
    expect(readFileSync(join(scripts, 'zsh'), 'utf8')).toMatch(/'2:value:\([^)]*\bpg_port\b/);
  });

  it('fish: the same', async () => {
    expect(await inFish('pigsty va')).toEqual(['validate']);
    expect(await inFish('pigsty build --e')).toEqual(['--emit']);
    expect(await inFish('pigsty build --emit ')).toEqual(['plan', 'site']);
    expect(await inFish('pigsty build pig')).toEqual(['pigsty.yml']);
  });

  it('zsh: it completes pigsty', async () => {
    const line = 'autoload -Uz compinit; compinit -u -D; source ./zsh; print $_comps[pigsty]';
    expect(await mustRun('zsh', ['-fc', line], { cwd: scripts })).toBe('_pigsty\n');
  });

  it('another shell is rejected', async () => {
    const result = await pigsty(['completion', 'tcsh']);
    expect(result.stderr).toContain('Allowed choices are bash, zsh, fish.');
    expect(result.code).toBe(2);
  });
});
