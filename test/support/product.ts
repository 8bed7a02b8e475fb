import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeFailure, type RunResult, run } from './process.ts';

/** The checkout that is tested. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** What `node` runs. */
export const PROGRAM = join(root, 'dist', 'pigsty.js');

export type PigstyOptions = {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutSeconds?: number;
};

/** The result of the built `pigsty` command. */
export function pigsty(
  args: readonly string[],
  { cwd, env, timeoutSeconds = 600 }: PigstyOptions = {},
): Promise<RunResult> {
  return run(process.execPath, [PROGRAM, ...args], {
    ...(cwd !== undefined && { cwd }),
    env: { ...process.env, ...env },
    timeoutSeconds,
  });
}

/** The same; throws with both outputs when it fails. */
export async function mustPigsty(args: readonly string[], options: PigstyOptions = {}): Promise<string> {
  const result = await pigsty(args, options);
  if (result.code !== 0) throw new Error(describeFailure(`pigsty ${args.join(' ')}`, result));
  return result.stdout;
}

/** For tests in which nothing may be said of published passwords. */
export function withUniquePasswords(inventory: string): string {
  const names = ['haproxy_admin', 'patroni', 'pg_admin', 'pg_monitor', 'pg_replication'];
  const lines = names.map((name) => `${name}_password: Own.${name}\n    `).join('');
  return inventory.replaceAll('DBUser.', 'Own.').replace('admin_ip:', `${lines}admin_ip:`);
}

/** A folder with an inventory in it, where sites are built; removed by {@link Workshop.remove}. */
export class Workshop {
  readonly directory = mkdtempSync(join(tmpdir(), 'pigsty-test-'));
  readonly inventory: string;

  /** `source`: the name of a blueprint, or the path of an inventory. `edit` changes its text before anything is built. */
  constructor(source: string, edit: (text: string) => string = (text) => text) {
    const file = source.endsWith('.yml') ? source : join(root, 'blueprints', `${source}.yml`);
    this.inventory = join(this.directory, basename(file));
    const text = readFileSync(file, 'utf8');
    writeFileSync(this.inventory, edit(text));
  }

  /** Rewrites the inventory; keys and lock stay. */
  edit(change: (text: string) => string): void {
    writeFileSync(this.inventory, change(readFileSync(this.inventory, 'utf8')));
  }

  build(...flags: readonly string[]): Promise<string> {
    return mustPigsty(['build', this.inventory, '-q', '-o', join(this.directory, 'out'), ...flags]);
  }

  /** Builds, exports one host and unpacks the tar: the directory that a node gets. */
  async bundle(host: string): Promise<string> {
    await this.build();
    return this.unpack(host);
  }

  /** The same for a site that is built. */
  async unpack(host: string): Promise<string> {
    const tar = join(this.directory, `${host}.tar`);
    await mustPigsty([
      'export',
      this.inventory,
      '-q',
      '--host',
      host,
      '-o',
      tar,
      '--site',
      join(this.directory, 'out'),
    ]);
    const directory = mkdtempSync(join(this.directory, `${host}-`));
    const unpacked = await run('tar', ['xf', tar, '-C', directory, '--strip-components=1']);
    if (unpacked.code !== 0) throw new Error(describeFailure('tar', unpacked));
    rmSync(tar);
    return directory;
  }

  /** A copy of the inventory with its keys and lock in another folder. */
  copyTo(directory: string): void {
    mkdirSync(directory, { recursive: true });
    const stem = basename(this.inventory, '.yml');
    for (const name of [`${stem}.yml`, `${stem}.lock.json`, `${stem}.pki`]) {
      cpSync(join(this.directory, name), join(directory, name), { recursive: true });
    }
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** A copy of the keys in the repository. Git does not keep that only their owner can read them. */
export function copyKeys(name: string, to: string): void {
  cpSync(join(root, 'test', 'golden', 'keys', name), to, { recursive: true });
  for (const file of readdirSync(to).filter((one) => one.endsWith('.key'))) chmodSync(join(to, file), 0o600);
}
