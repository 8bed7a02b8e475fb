import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeFailure, type RunResult, run } from '../support/process.ts';
import { root } from '../support/product.ts';
import { skipReason } from '../support/requirements.ts';

/* `npm pack` and `npm install -g`: a `pigsty` for people without the repository, network and other packages. */
const skipped = skipReason('npm', 'setpriv');

describe.skipIf(skipped)(`the package${skipped ? ` (${skipped})` : ''}`, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'pigsty-package-'));
  const prefix = join(scratch, 'prefix');
  const elsewhere = join(scratch, 'elsewhere');
  let packed: readonly string[] = [];
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  async function mustNpm(...args: readonly string[]): Promise<string> {
    const env = { ...process.env, npm_config_cache: join(scratch, 'empty-cache') };
    const result = await run('npm', [...args, '--offline', '--ignore-scripts'], { cwd: root, env });
    if (result.code !== 0) throw new Error(describeFailure('npm', result));
    return result.stdout;
  }

  /** The installed command, as nobody, in a folder of nobody's. */
  function asNobody(...args: readonly string[]): Promise<RunResult> {
    const words = [
      '--reuid=65534',
      '--regid=65534',
      '--clear-groups',
      join(prefix, 'bin', 'pigsty'),
      ...args,
    ];
    const env = { PATH: process.env.PATH, HOME: elsewhere };
    return run('setpriv', words, { cwd: elsewhere, env });
  }

  beforeAll(async () => {
    const [made] = JSON.parse(await mustNpm('pack', '--json', '--pack-destination', scratch));
    packed = made.files.map(({ path }: { readonly path: string }) => path);
    await mustNpm('install', '-g', '--prefix', prefix, join(scratch, made.filename));
    mkdirSync(elsewhere);
    await run('chown', ['65534:65534', elsewhere]);
    await run('chmod', ['755', scratch]);
  });

  it('has what the command reads, and nothing else', () => {
    const rooms = new Set(packed.map((path) => path.split('/')[0]));
    expect([...rooms].sort()).toEqual([
      'LICENSE',
      'README.md',
      'blueprints',
      'dist',
      'images',
      'package.json',
      'units',
    ]);
    expect(packed.filter((path) => /\.(?:map|ts)$|lock\.json$|\.pki/.test(path))).toEqual([]);
  });

  it('needs no other package', () => {
    const modules = join(prefix, 'lib', 'node_modules');
    expect(readdirSync(modules)).toEqual(['pigsty-build']);
    expect(readdirSync(join(modules, 'pigsty-build'))).not.toContain('node_modules');
  });

  it('runs anywhere, as anybody', async () => {
    expect((await asNobody('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    const made = await asNobody('init', 'trio', '--hosts', '10.1.0.1,10.1.0.2,10.1.0.3');
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect((await asNobody('validate', '--strict')).stdout).toContain('3 hosts, 0 errors, 0 warnings');
    expect((await asNobody('explain', '10.1.0.2', 'pg_port')).stdout).toContain('pg_port of 10.1.0.2 = 5432');
    expect((await asNobody('explain', '10.1.0.2', 'patroni.service')).stdout).toContain('module pgsql');
    expect((await asNobody('schema')).stdout).toContain('"Pigsty inventory"');
    expect(await asNobody('build', '--config-only')).toMatchObject({ code: 0 });
    expect(readdirSync(join(elsewhere, 'out', 'pigsty', 'hosts'))).toEqual([
      '10.1.0.1',
      '10.1.0.2',
      '10.1.0.3',
    ]);
  });

  it('is the same when it is moved', async () => {
    const moved = join(scratch, 'moved');
    cpSync(prefix, moved, { recursive: true, verbatimSymlinks: true });
    const result = await run(
      join(moved, 'bin', 'pigsty'),
      ['explain', '10.1.0.2', 'pg_port', '-i', join(elsewhere, 'pigsty.yml')],
      {
        cwd: '/',
      },
    );
    expect(result.code).toBe(0);
  });
});
