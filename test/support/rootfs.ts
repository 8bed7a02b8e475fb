import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { findArchive } from './apt.ts';
import { withLock } from './exclusive.ts';
import { mustRun, removeTree } from './process.ts';

export type Suite = 'bookworm' | 'trixie';

/** Packages of every supported machine: no PostgreSQL, no Python, no container engine. */
const PACKAGES = ['systemd', 'systemd-sysv', 'dbus', 'iproute2', 'ca-certificates', 'openssh-client'];

/** Units that wait for hardware or the network, or that start work in the middle of a test. */
const MASKED = [
  'getty.target',
  'getty@.service',
  'console-getty.service',
  'serial-getty@.service',
  'systemd-networkd.service',
  'systemd-networkd.socket',
  'systemd-networkd-wait-online.service',
  'apt-daily.timer',
  'apt-daily-upgrade.timer',
  'dpkg-db-backup.timer',
  'e2scrub_all.timer',
  'fstrim.timer',
  'man-db.timer',
];

/** Runs on the build machine with the tree as `$1`: removes the machine's name and resolver from it. */
const CUSTOMIZE = [
  ...MASKED.map((unit) => `ln -sf /dev/null "$1/etc/systemd/system/${unit}"`),
  'ln -sf /lib/systemd/system/multi-user.target "$1/etc/systemd/system/default.target"',
  'rm -f "$1/etc/hostname" "$1/etc/resolv.conf"',
  ': > "$1/etc/resolv.conf"',
  'printf "127.0.0.1 localhost\\n" > "$1/etc/hosts"',
].join('\n');

/** The directory of expensive test fixtures, which are kept between runs: below the user's cache directory. */
export function cacheDirectory(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'pigsty-test');
}

/**
 * The path of an unpacked, minimal root file system of a Debian suite, `extra` packages included. Built on first use
 * (about 20 s), then kept; processes that want the same tree wait for one of them to build it. The tree is shared:
 * never write to it. Throws when mmdebstrap fails.
 */
export async function ensureRootfs(suite: Suite, extra: readonly string[] = []): Promise<string> {
  const packages = [...PACKAGES, ...extra];
  const recipe = createHash('sha256')
    .update(JSON.stringify([suite, packages, CUSTOMIZE]))
    .digest('hex');
  const folder = join(cacheDirectory(), 'rootfs');
  const target = join(folder, `${suite}-${recipe.slice(0, 12)}`);
  if (existsSync(join(target, 'stamp'))) return join(target, 'tree');
  return withLock(join(folder, `${suite}-${recipe.slice(0, 12)}.lock`), async () => {
    if (!existsSync(join(target, 'stamp'))) await build(target, suite, packages);
    return join(target, 'tree');
  });
}

async function build(target: string, suite: Suite, packages: readonly string[]): Promise<void> {
  const draft = `${target}.draft`;
  removeTree(draft);
  removeTree(target);
  try {
    mkdirSync(join(draft, 'tree'), { recursive: true });
    const args = ['--variant=apt', `--include=${packages.join(',')}`, `--customize-hook=${CUSTOMIZE}`];
    const archive = await findArchive();
    await mustRun('mmdebstrap', [...args, suite, join(draft, 'tree'), archive], { timeoutSeconds: 900 });
    writeFileSync(join(draft, 'stamp'), `${packages.join('\n')}\n`);
    renameSync(draft, target);
  } finally {
    removeTree(draft);
  }
}
