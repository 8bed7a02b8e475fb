import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mustRun, type RunResult, removeTree, run } from '../support/process.ts';
import { root } from '../support/product.ts';
import { skipReason } from '../support/requirements.ts';

/*
 * README's commands, as they stand there, by a user who is not root, in a clean clone of HEAD. What README does on the
 * node is done in test/boot/meta.test.ts, the Dockerfile has test/oracle/dockerfile.test.ts; `npm test` is this suite.
 */
const USER = '54321';
const skipped = skipReason('setpriv', 'git', 'npm');

/** The fenced blocks of shell commands, in order. */
const blocks = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(
  ([, commands]) => commands?.trim() ?? '',
);

it('README has the expected command blocks', () => {
  expect(blocks.map((block) => block.split(' ').slice(0, 3).join(' '))).toEqual([
    'npm install &&',
    'npx pigsty export',
    'tar xf meta.tar',
    'psql postgres://dbuser_meta:DBUser.Meta@10.10.10.10:5433/meta -c',
    'docker build -t',
    'npm install &&',
    'npm run bench',
  ]);
});

describe.skipIf(skipped)(`README on the build machine${skipped ? ` (${skipped})` : ''}`, () => {
  const [install = '', exportHost = ''] = blocks;
  let directory: string;
  let clone: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'pigsty readme-'));
    clone = join(directory, 'pigsty build');
    await mustRun('git', ['clone', '-q', '--no-hardlinks', root, clone]);
    const kept = join(homedir(), '.npm', '_cacache');
    if (existsSync(kept)) cpSync(kept, join(directory, 'home', '.npm', '_cacache'), { recursive: true });
    mkdirSync(join(directory, 'home'), { recursive: true });
    await mustRun('chown', ['-R', `${USER}:${USER}`, directory]);
  });
  afterAll(() => removeTree(directory));

  /** Runs commands in the clone as a user with a home of its own; of root's environment only the way out is kept. */
  async function asUser(commands: string): Promise<RunResult> {
    const passed = Object.entries(process.env).filter(([name]) => name === 'PATH' || /_proxy$/i.test(name));
    const env = {
      ...Object.fromEntries(passed),
      HOME: join(directory, 'home'),
      npm_config_registry: (await mustRun('npm', ['config', 'get', 'registry'])).trim(),
      npm_config_prefer_offline: 'true',
    };
    const identity = [`--reuid=${USER}`, `--regid=${USER}`, '--clear-groups'];
    return run('setpriv', [...identity, 'sh', '-c', commands], { cwd: clone, env, timeoutSeconds: 600 });
  }

  it('installs and builds', async () => {
    const result = await asUser(install);
    expect(result.code, result.stderr).toBe(0);
    expect(result.stdout).toContain('host   10.10.10.10');
    expect(result.stdout).toContain(`site   ${join(clone, 'out', 'meta')}`);
  });

  it('does both again in one clone, also after `npm run build` and `npm test`', async () => {
    for (const command of ['npm run -s build && npx pigsty --version', install]) {
      const result = await asUser(command);
      expect(result.code, result.stderr).toBe(0);
    }
  });

  it('exports a host', async () => {
    const result = await asUser(exportHost);
    expect(result.code, result.stderr).toBe(0);
    expect(result.stdout).toContain('export 10.10.10.10');
    const names = (await mustRun('tar', ['tf', join(clone, 'meta.tar')])).split('\n');
    const [folder] = new Set(names.map((name) => name.split('/')[0]));
    expect(folder).toMatch(/^10\.10\.10\.10-[0-9a-f]{12}$/);
    const files = ['pigsty-agent', 'bundle', 'SHA256SUMS', 'index.json'].map((name) => `${folder}/${name}`);
    expect(names).toEqual(expect.arrayContaining(files));
  });

  it('leaves the clone clean, and no registry in package-lock.json', async () => {
    const status = await asUser('git status --porcelain');
    expect(status).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(readFileSync(join(clone, 'package-lock.json'), 'utf8')).not.toContain('"resolved"');
  });
});
