import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { run } from '../support/process.ts';
import { copyKeys, pigsty, root } from '../support/product.ts';

/* A folder of inventories in usual forms compiles, and errors are reported. */
const folder = join(root, 'test', 'inventories');
const scratch = mkdtempSync(join(tmpdir(), 'pigsty-inventories-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function compileFolder(directory: string) {
  return run(process.execPath, [join(root, 'test', 'inventories.mjs'), directory]);
}

it('compiles a folder of inventories, with a line for each file and a count', async () => {
  const before = readdirSync(folder);
  const result = await compileFolder(folder);
  expect(result.stdout).toMatch(/^ok {5}one-host\.yml +1 hosts, 0 errors, 1 warnings, 4 notices\n/m);
  expect(result.stdout).toMatch(new RegExp(`^${before.length} passed, 0 failed, 0 skipped\n$`, 'm'));
  expect(result.code).toBe(0);
  expect(readdirSync(folder)).toEqual(before);
});

it('reports the inventory that does not compile, and why', async () => {
  const directory = join(scratch, 'some');
  cpSync(folder, directory, { recursive: true });
  writeFileSync(join(directory, 'wrong.yml'), 'all: { children: { nodes: { hosts: { one.example: } } } }\n');
  const result = await compileFolder(directory);
  expect(result.stdout).toMatch(
    /^failed wrong\.yml .* exit 2: error\[inventory\/bad-address\] host `one\.example`/m,
  );
  expect(result.stdout).toMatch(/ 1 failed, 0 skipped\n$/);
  expect(result.code).toBe(1);
});

it('gives one notice for each module of a full host that is not built yet, and for what its monitoring leaves to its user', async () => {
  const inventory = join(scratch, 'one-host.yml');
  cpSync(join(folder, 'one-host.yml'), inventory);
  copyKeys('meta.pki', join(scratch, 'one-host.pki'));
  const result = await pigsty(['build', inventory, '--config-only', '-o', join(scratch, 'out')]);
  // The keys of the goldens grow old.
  const findings = result.stderr.split('\n').filter((line) => /^\w+\[(?!keys\/)/.test(line));
  expect(findings).toEqual([
    expect.stringContaining('warning[site/published-password] 5 passwords'),
    expect.stringContaining('notice[infra/generated-password]'),
    expect.stringContaining('notice[infra/no-receivers]'),
    expect.stringContaining('notice[infra/not-carried] grafana, loki'),
    expect.stringContaining('notice[module/not-built] module minio'),
  ]);
  expect(result.code).toBe(0);
});
