import {
  cpSync,
  createReadStream,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Engine, finish, runContainer, startEngine } from '../support/engines.ts';
import { describeFailure, mustRun, type RunResult, run } from '../support/process.ts';
import { root, Workshop } from '../support/product.ts';
import { skipReason } from '../support/requirements.ts';
import { ensureRootfs } from '../support/rootfs.ts';

/* The compiler as an image: built by Docker on a Debian 13 made of packages, and used without any network. */
const skipped = skipReason('dockerd', 'unshare', 'mmdebstrap');
/** Debian's own client, in the package of the engine: another one may be first on the PATH, and too new for it. */
const DOCKER = '/usr/bin/docker';
const UID = 1234;
const NOT_COPIED = ['.git', 'node_modules', 'out'];

describe.skipIf(skipped)(`Dockerfile${skipped ? ` (${skipped})` : ''}`, () => {
  let workshop: Workshop;
  let engine: Engine;

  beforeAll(async () => {
    workshop = new Workshop('meta');
    await workshop.build();
    engine = await startEngine('dockerd');
    await importBase();
    const args = [
      '--build-arg',
      'BASE=base',
      '--build-arg',
      'PREBUILT=1',
      '--network',
      'none',
      '-t',
      'pigsty',
    ];
    await mustRun(DOCKER, ['-H', `unix://${engine.socket}`, 'build', ...args, await checkout()], {
      env: { PATH: process.env.PATH, HOME: engine.directory, DOCKER_BUILDKIT: '0' },
      timeoutSeconds: 300,
    });
  });
  afterAll(() => {
    engine?.stop();
    workshop?.remove();
  });

  async function importBase(): Promise<void> {
    const file = join(engine.directory, 'base.tar');
    await mustRun('tar', ['-C', await ensureRootfs('trixie', ['nodejs']), '-cf', file, '.']);
    await finish(await engine.docker.importImage(createReadStream(file), { repo: 'base', tag: 'latest' }));
  }

  /** As a careful user's: nobody else may read it, and a site with its keys is in it. */
  async function checkout(): Promise<string> {
    const directory = join(workshop.directory, 'checkout');
    const isWanted = (source: string) => !NOT_COPIED.includes(relative(root, source));
    cpSync(root, directory, { recursive: true, filter: isWanted });
    workshop.copyTo(join(directory, 'blueprints', 'mine'));
    await mustRun('chmod', ['-R', 'go=', directory]);
    return directory;
  }

  /** A folder of an ordinary user's with the inventory in it. */
  async function folder(name: string, fill: (directory: string) => void): Promise<string> {
    const directory = join(workshop.directory, name);
    mkdirSync(directory);
    fill(directory);
    await mustRun('chown', ['-R', `${UID}:${UID}`, directory]);
    return directory;
  }

  async function pigsty(Cmd: string[], ...Binds: string[]): Promise<RunResult> {
    const result = await runContainer(engine, 'pigsty', {
      Cmd,
      User: `${UID}:${UID}`,
      HostConfig: { Binds },
    });
    expect(result.code, describeFailure(Cmd.join(' '), result)).toBe(0);
    return result;
  }

  it('runs pigsty, for any user, and holds no keys or locks', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect((await pigsty(['--version'])).stdout.trim()).toBe(version);
    const search = '( -name *.pki -o -name ca.key -o -name *.lock.json -o -name .git -o -name node_modules )';
    const found = await runContainer(engine, 'pigsty', {
      Entrypoint: ['find'],
      Cmd: ['/opt', '/work', '/src', ...search.split(' ')],
    });
    expect(found.stdout).toBe('');
  });

  it('compiles configuration into the mounted folder, as the user’s own files', async () => {
    const mine = await folder('config', (directory) => {
      cpSync(workshop.inventory, join(directory, 'meta.yml'));
    });
    await pigsty(['build', 'meta.yml', '--config-only'], `${mine}:/work`);
    const host = join(mine, 'out', 'meta', 'hosts', '10.10.10.10');
    expect(readdirSync(host, { recursive: true }).length).toBeGreaterThan(60);
    expect(statSync(host).uid).toBe(UID);
    expect(statSync(join(mine, 'meta.pki', 'ca.key'))).toMatchObject({ uid: UID, mode: 0o100600 });
  });

  it('builds, from the lock and packages alone, the bytes that this machine builds', async () => {
    const mine = await folder('frozen', (directory) => workshop.copyTo(directory));
    const packages = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'pigsty', 'packages');
    const cache = `${packages}:/cache/pigsty/packages:ro`;
    await pigsty(['build', 'meta.yml', '--frozen'], `${mine}:/work`, cache);
    const compare = () => run('diff', ['-r', join(workshop.directory, 'out'), join(mine, 'out')]);
    expect(await compare()).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(readdirSync(join(mine, 'out', 'meta', 'blobs', 'sha256')).length).toBeGreaterThan(20);
    writeFileSync(join(mine, 'out', 'meta', 'index.json'), '{}');
    expect((await compare()).stdout).toContain('index.json');
  });
});
