import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { mustRun, run } from '../support/process.ts';
import { copyKeys, pigsty, root, Workshop } from '../support/product.ts';
import { skipReason } from '../support/requirements.ts';

/* The first steps of a user: which inventory is read, what is printed where, and usage errors. */
const workshop = new Workshop('meta');
const { directory, inventory } = workshop;
afterAll(() => workshop.remove());
copyKeys('meta.pki', join(directory, 'meta.pki'));

const text = readFileSync(inventory, 'utf8');
const EMPTY = { PIGSTY_INVENTORY: '' };

/** A folder with the given files. */
function folder(name: string, files: Readonly<Record<string, string>> = {}): string {
  const path = join(directory, name);
  mkdirSync(path, { recursive: true });
  for (const [file, content] of Object.entries(files)) writeFileSync(join(path, file), content);
  return path;
}

describe('which inventory', () => {
  const plan = ['build', '--emit', 'plan'];
  /** What stderr names; a notice may follow. */
  const named = ({ stderr }: { stderr: string }) => /^inventory: (.*)\n/.exec(stderr)?.[1];

  it('is $PIGSTY_INVENTORY, then ./pigsty.yml, then one in a parent directory; stderr names it', async () => {
    const top = folder('tree', { 'pigsty.yml': text, '.git': '' });
    const below = folder('tree/a/b');
    const found = await pigsty(plan, { cwd: below, env: EMPTY });
    expect(named(found)).toBe(join(top, 'pigsty.yml'));
    expect(found.code).toBe(0);
    writeFileSync(join(below, 'pigsty.yml'), text);
    const nearer = await pigsty(plan, { cwd: below, env: EMPTY });
    expect(named(nearer)).toBe(join(below, 'pigsty.yml'));
    const set = await pigsty(plan, { cwd: below, env: { PIGSTY_INVENTORY: inventory } });
    expect(named(set)).toBe(inventory);
    expect(JSON.parse(set.stdout)).toMatchObject({ site: 'meta' });
  });

  it('is not searched above the root of a Git repository', async () => {
    folder('outer', { 'pigsty.yml': text });
    const inner = folder('outer/inner', { '.git': '' });
    const result = await pigsty(plan, { cwd: inner, env: EMPTY });
    expect(result.stderr).toBe(
      `error[cli/no-inventory] inventory not found\n   = help: searched: ${join(inner, 'pigsty.yml')}. Give a file (pigsty build FILE; explain, reissue: -i FILE), set PIGSTY_INVENTORY, or start with pigsty init\n\n`,
    );
    expect(result.code).toBe(2);
  });

  it.each([
    [
      'gone.yml',
      {},
      'error[cli/inventory-not-found] inventory gone.yml not found\n   = help: name a file that exists, or create one with `pigsty init`\n\n',
    ],
    [
      '.',
      {},
      'error[cli/inventory-unreadable] inventory . cannot be read: it is a directory; give the file in it\n\n',
    ],
    [
      'bytes.yml',
      { 'bytes.yml': '\u0000' },
      'error[inventory/no-all] the top-level key `all` is missing\n  --> bytes.yml:1:1\n1 | \ufffd\n  | ^\n   = help: see `all.children.<group>.hosts` in blueprints/meta.yml\n\n',
    ],
  ])('cannot be %s', async (name, files, expected) => {
    const result = await pigsty(['build', name], { cwd: folder('wrong', files), env: EMPTY });
    expect(result.stderr).toBe(expected);
    expect(result.stdout).toBe('');
    expect(result.code).toBe(2);
  });

  it('must be text', async () => {
    const cwd = folder('wrong');
    writeFileSync(join(cwd, 'latin.yml'), Buffer.from([0x61, 0xe4, 0x3a]));
    const result = await pigsty(['build', 'latin.yml'], { cwd });
    expect(result.stderr).toContain('inventory latin.yml cannot be read: it is not UTF-8 text');
    expect(result.code).toBe(2);
  });
});

const noRoot = skipReason('setpriv');
describe.skipIf(noRoot)(`without permission${noRoot ? ` (${noRoot})` : ''}`, () => {
  const mine = folder('private', { 'mine.yml': text, 'open.yml': text });

  /** `pigsty build`, by somebody else. A checkout may lie where others cannot look. */
  async function buildAsOtherUser(inventoryName: string, out: string) {
    for (const name of ['dist', 'package.json', 'units', 'images'])
      cpSync(join(root, name), join(mine, name), { recursive: true });
    await mustRun('chmod', ['a+rX', directory]);
    await mustRun('chmod', ['-R', 'a+rX', mine]);
    copyKeys('meta.pki', join(mine, 'open.pki'));
    await mustRun('chown', ['-R', '65534', join(mine, 'open.pki')]);
    await mustRun('chmod', ['600', join(mine, 'mine.yml')]);
    const command = [process.execPath, 'dist/pigsty.js', 'build', inventoryName, '--config-only', '-o', out];
    return run('setpriv', ['--reuid=65534', '--clear-groups', ...command], { cwd: mine });
  }

  it('the inventory', async () => {
    const result = await buildAsOtherUser('mine.yml', 'out');
    expect(result.stderr).toContain('inventory mine.yml cannot be read: permission denied');
    expect(result.code).toBe(2);
  });

  it('the output directory', async () => {
    const result = await buildAsOtherUser('open.yml', 'out');
    expect(result.stderr).toMatch(
      /^error\[file\/unusable\] \S+\/private\/out\S* cannot be used: permission denied$/m,
    );
    expect(result.stdout).toBe('');
    expect(result.code).toBe(2);
  });
});

it('reports an output path that is not a directory', async () => {
  const result = await pigsty(['build', inventory, '--config-only', '-o', inventory]);
  expect(result.stderr).toContain(`${inventory}/meta`);
  expect(result.stderr).toContain('cannot be used: a component of the path is not a directory');
  expect(result.code).toBe(2);
});

it('reports that the kernel does not allow creating a directory', async () => {
  const result = await pigsty(['build', inventory, '--config-only', '-o', '/proc/out']);
  expect(result.stderr).toContain('/proc/out cannot be used: no such file or directory');
  expect(result.code).toBe(2);
});

describe('usage errors', () => {
  it.each([
    [['biuld', inventory], "unknown command 'biuld'\n(Did you mean build?)"],
    [['build', '--config-onyl'], "unknown option '--config-onyl'\n(Did you mean --config-only?)"],
    [['build', '--emit', 'pln'], "argument 'pln' is invalid. Allowed choices are plan, site."],
    [['export', inventory], "required option '--host <ip>' not specified"],
    [['build', inventory, 'other.yml'], 'too many arguments'],
  ])('%j', async (args, expected) => {
    const result = await pigsty(args);
    expect(result.stderr).toContain(expected);
    expect(result.stderr).toContain('(see pigsty --help)');
    expect(result.stdout).toBe('');
    expect(result.code).toBe(2);
  });
});

describe('what is printed', () => {
  const secrets = [...text.matchAll(/password: ([\w.]+)/g)].map(([, secret]) => secret ?? '');
  const defaults = ['DBUser.DBA', 'DBUser.Monitor', 'DBUser.Replicator', 'Patroni.API'];

  it.each(['plan', 'site'])('--emit %s is JSON on stdout, without any secret', async (stage) => {
    const result = await pigsty(['build', inventory, '--emit', stage, '-q']);
    const shown: { hosts: { ip: string }[] } = JSON.parse(result.stdout);
    expect(shown.hosts.map((host) => host.ip)).toEqual(['10.10.10.10']);
    expect(secrets).toContain('DBUser.Meta');
    expect([...secrets, ...defaults].filter((secret) => result.stdout.includes(secret))).toEqual([]);
    expect(result.stdout).not.toContain('of $HOME @');
    expect(result.stderr).toBe('');
  });

  it('--json is a summary of what was built', async () => {
    const out = join(directory, 'out');
    const result = await pigsty(['build', inventory, '--config-only', '--json', '-o', out]);
    expect(JSON.parse(result.stdout)).toMatchObject({
      apiVersion: 'pigsty.io/v1',
      kind: 'BuildSummary',
      directory: join(out, 'meta'),
      images: [],
      hosts: [{ ip: '10.10.10.10', name: 'pg-meta-1' }],
    });
  });

  it('-q prints errors only on stderr', async () => {
    const cwd = folder('quiet', {
      'new.yml': text.replace('pg_version: 17', 'pg_version: 17\n        pg_version2: 1'),
    });
    const loud = await pigsty(['build', 'new.yml', '--config-only'], { cwd });
    expect(loud.stderr).toContain('warning[parameter/unknown]');
    const quiet = await pigsty(['build', 'new.yml', '--config-only', '-q'], { cwd });
    expect(quiet).toMatchObject({
      stderr: '',
      code: 0,
      stdout: expect.stringContaining('host   10.10.10.10'),
    });
    const wrong = await pigsty(['build', 'gone.yml', '-q'], { cwd });
    expect(wrong.stderr).toContain('error[cli/inventory-not-found]');
  });

  it('has colour with FORCE_COLOR, and none with NO_COLOR', async () => {
    const args = ['build', 'gone.yml'];
    const colour = (env: NodeJS.ProcessEnv) => pigsty(args, { env: { NO_COLOR: '', ...env } });
    expect((await colour({})).stderr).not.toContain('\u001b');
    expect((await colour({ FORCE_COLOR: '1' })).stderr).toContain('\u001b[31;1merror');
    expect((await colour({ FORCE_COLOR: '1', NO_COLOR: '1' })).stderr).not.toContain('\u001b');
  });
});

describe('--frozen', () => {
  it('rejects a missing lock, and one that is out of date', async () => {
    const cwd = folder('frozen', { 'new.yml': text });
    const missing = await pigsty(['build', 'new.yml', '--frozen', '-q'], { cwd });
    expect(missing.stderr).toContain('error[lock/missing] lock new.lock.json not found');
    expect(missing.code).toBe(9);
    await pigsty(['lock', 'new.yml', '-q'], { cwd });
    writeFileSync(
      join(cwd, 'new.yml'),
      text.replace('- { name: vector }', '- { name: vector }\n              - { name: hypopg }'),
    );
    const stale = await pigsty(['build', 'new.yml', '--frozen', '-q'], { cwd });
    expect(stale.stderr).toContain('error[lock/stale] new.lock.json is out of date');
    expect(stale.stderr).toContain('help: run `pigsty lock`');
    expect(stale.code).toBe(9);
  });
});
