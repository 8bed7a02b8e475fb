import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadRecipes } from '../../generator/effects/recipes.ts';
import { mustRun, type RunResult, removeTree, run } from '../support/process.ts';
import { root } from '../support/product.ts';

/*
 * A new module is its three folders and one line: a copy of the product gets the module in test/contract/demo, is
 * compiled and run. The copy is the product as it stands here, so that a second place to edit shows as a failure.
 */
const demo = fileURLToPath(new URL('demo', import.meta.url));
const copy = mkdtempSync(join(tmpdir(), 'pigsty-new-module-'));
const REGISTRY = join(copy, 'generator/modules/registry.ts');
const HOST = '10.10.10.10';
afterAll(() => removeTree(copy));

const INVENTORY = `all:
  children:
    etcd: { hosts: { ${HOST}: { etcd_seq: 1 } } }
    pg-meta:
      hosts: { ${HOST}: { pg_seq: 1, pg_role: primary } }
      vars: { pg_cluster: pg-meta, pg_version: 17 }
  vars:
    demo_enabled: true
    demo_password: Another.Word
    demo_mode: loud
`;

beforeAll(async () => {
  for (const name of [
    'generator',
    'images',
    'units',
    'blueprints',
    'package.json',
    'tsconfig.json',
    'alerts.config.mjs',
    'build.config.mjs',
    'docs/alerts',
  ])
    cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  for (const folder of readdirSync(demo)) cpSync(join(demo, folder), join(copy, folder), { recursive: true });
  const registry = readFileSync(REGISTRY, 'utf8');
  writeFileSync(REGISTRY, `${registry}export { demo } from './demo/index.ts';\n`);
  await mustRun('node', ['build.config.mjs'], { cwd: copy });
});

function pigsty(...args: readonly string[]): Promise<RunResult> {
  return run('node', [join(copy, 'dist/pigsty.js'), ...args], { cwd: copy });
}

function inventory(name: string, text: string): string {
  mkdirSync(join(copy, 'sites'), { recursive: true });
  const file = join('sites', `${name}.yml`);
  writeFileSync(join(copy, file), text);
  return file;
}

describe('a module of three folders and one line', () => {
  it('is those: a folder of modules, a recipe and a folder of units', () => {
    const files = readdirSync(demo, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
    const folders = new Set(files.map(({ parentPath }) => parentPath.slice(demo.length + 1)));
    expect([...folders].sort()).toEqual(['generator/modules/demo', 'images', 'units/demo']);
    expect(readFileSync(REGISTRY, 'utf8').split('\n').length).toBe(
      readFileSync(join(root, 'generator/modules/registry.ts'), 'utf8').split('\n').length + 1,
    );
  });

  it('has the types of its settings from its rows', async () => {
    const config = { extends: './tsconfig.json', include: ['generator'] };
    writeFileSync(join(copy, 'tsconfig.copy.json'), JSON.stringify(config));
    const typed = await run('npx', ['tsc', '-p', 'tsconfig.copy.json'], { cwd: copy });
    expect(typed.stdout + typed.stderr).toBe('');
    // The other way round: a word that the row does not list is an error.
    const plan = join(copy, 'generator/modules/demo/plan.ts');
    const text = readFileSync(plan, 'utf8');
    writeFileSync(plan, text.replace('loud: 10', 'noisy: 10'));
    const wrong = await run('npx', ['tsc', '-p', 'tsconfig.copy.json'], { cwd: copy });
    writeFileSync(plan, text);
    expect(wrong.stdout).toContain('generator/modules/demo/plan.ts');
  });

  it('has a recipe that is read', async () => {
    const recipes = await loadRecipes(join(copy, 'images'));
    expect(recipes.ok && recipes.value.has('demo')).toBe(true);
  });

  it('adds its plan to a host, and its facts to those of others', async () => {
    const built = await pigsty('build', '--config-only', inventory('joined', INVENTORY));
    expect(built.stderr).not.toContain('error[');
    expect(built.code, built.stderr).toBe(0);
    const host = join(copy, 'out/joined/hosts', HOST);
    expect(readdirSync(join(host, 'units'))).toEqual(
      expect.arrayContaining(['demo.service', 'patroni.service']),
    );
    expect(readdirSync(join(host, 'etc/haproxy'))).toEqual(
      expect.arrayContaining(['service-demo.cfg', 'service-pg-meta-primary.cfg']),
    );
    const config = readFileSync(join(host, 'etc/demo/demo.conf'), 'utf8');
    expect(config).toMatch(/^volume = 10\npassword = <demo_password:[0-9a-f]{16}>$/m);
  });

  it('is explained, its secret by the parameter that contains it', async () => {
    const file = inventory('explained', INVENTORY);
    const explained = await pigsty('explain', HOST, 'etc/demo/demo.conf:demo.password', '-i', file);
    expect(explained.stdout).toContain('module demo');
    expect(explained.stdout).toContain(`demo_password of ${HOST}  ${file}:9:20`);
    expect(explained.stdout).not.toContain('Another.Word');
  });

  it('has its published password and its port checked like those of others', async () => {
    const text = INVENTORY.replace('Another.Word', 'Demo.Word').replace(
      'demo_mode',
      'demo_port: 5433\n    demo_mode',
    );
    const judged = await pigsty('validate', inventory('judged', text));
    expect(judged.stderr).toMatch(/passwords are publicly known: .*`demo_password`/);
    expect(judged.stderr).toContain('error[node/port-clash]');
  });

  it('reports a clash with another module, with the origins of both', async () => {
    const text = INVENTORY.replace('demo_mode', 'demo_user: postgres\n    demo_mode');
    const clashing = await pigsty('validate', inventory('clash', text));
    expect(clashing.code).toBe(2);
    expect(clashing.stderr).toContain(
      `error[plan/clash] module pgsql and module demo plan different versions of user postgres of host ${HOST}\n  --> sites/clash.yml:10:16`,
    );
    expect(clashing.stderr).toContain('= note: module pgsql: from `pg_dbsu` (default)');
    expect(clashing.stderr).toContain('= note: module demo: from `demo_user`');
  });
});

describe('a module without a plan', () => {
  it('is checked and reported as not built yet', async () => {
    const index = join(copy, 'generator/modules/demo/index.ts');
    const text = readFileSync(index, 'utf8');
    writeFileSync(index, text.replace('  plan: planDemo,\n', '').replace('planDemo', 'planDemo as _'));
    await mustRun('node', ['build.config.mjs'], { cwd: copy });
    const checked = await pigsty('validate', inventory('unbuilt', INVENTORY));
    expect(checked.code, checked.stderr).toBe(0);
    expect(checked.stderr).toContain('notice[module/not-built] module demo');
  });
});
