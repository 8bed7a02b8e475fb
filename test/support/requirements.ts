import { accessSync, chmodSync, constants, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLock } from './exclusive.ts';
import { mustRun } from './process.ts';

/** A program that tests run, or the path of something else that they need, and the Debian package that contains it. */
export type Requirement = { readonly tool: string; readonly package: string };

/** The reference implementation of JMESPath. */
export const JMESPATH = '/usr/lib/python3/dist-packages/jmespath';

export const REQUIREMENTS: readonly Requirement[] = [
  { tool: 'systemd-nspawn', package: 'systemd-container' },
  { tool: 'mmdebstrap', package: 'mmdebstrap' },
  { tool: 'ip', package: 'iproute2' },
  { tool: 'nft', package: 'nftables' },
  { tool: 'ssh', package: 'openssh-client' },
  { tool: 'ping', package: 'iputils-ping' },
  { tool: 'qemu-system-x86_64', package: 'qemu-system-x86' },
  { tool: 'mke2fs', package: 'e2fsprogs' },
  { tool: 'debugfs', package: 'e2fsprogs' },
  { tool: 'python3', package: 'python3' },
  { tool: 'depmod', package: 'kmod' },
  { tool: 'xorriso', package: 'xorriso' },
  { tool: 'skopeo', package: 'skopeo' },
  { tool: 'umoci', package: 'umoci' },
  { tool: 'podman', package: 'podman' },
  { tool: 'crun', package: 'crun' },
  { tool: 'fuse-overlayfs', package: 'fuse-overlayfs' },
  { tool: 'dockerd', package: 'docker.io' },
  { tool: 'haproxy', package: 'haproxy' },
  { tool: 'pgbouncer', package: 'pgbouncer' },
  { tool: 'psql', package: 'postgresql-client' },
  { tool: 'visudo', package: 'sudo' },
  { tool: 'shellcheck', package: 'shellcheck' },
  { tool: 'gpg', package: 'gpg' },
  { tool: 'faketime', package: 'faketime' },
  { tool: 'ansible-inventory', package: 'ansible-core' },
  { tool: JMESPATH, package: 'python3-jmespath' },
  { tool: 'curl', package: 'curl' },
  { tool: 'openssl', package: 'openssl' },
  { tool: 'zsh', package: 'zsh' },
  { tool: 'fish', package: 'fish' },
  { tool: 'chromium', package: 'chromium' },
  { tool: 'promtool', package: 'prometheus' },
  { tool: 'prometheus', package: 'prometheus' },
  { tool: 'prometheus-alertmanager', package: 'prometheus-alertmanager' },
];

/** Programs of administrators are not on every user's PATH. */
const SEARCH = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin'];

/** Those of `wanted` whose program is not on this machine. */
export function findMissing(wanted: readonly Requirement[] = REQUIREMENTS): readonly Requirement[] {
  const exists = (tool: string) =>
    tool.startsWith('/') ? existsSync(tool) : SEARCH.some((folder) => isExecutable(join(folder, tool)));
  return wanted.filter(({ tool }) => !exists(tool));
}

/**
 * Why a test that needs root and the programs `tools` cannot run here, naming them; undefined when it can. Meant for
 * `describe.skipIf(reason)` with the reason in the title.
 */
export function skipReason(...tools: readonly string[]): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root';
  const missing = findMissing(tools.map((tool) => ({ tool, package: tool })));
  return missing.length > 0 ? `missing: ${missing.map(({ tool }) => tool).join(', ')}` : undefined;
}

/**
 * What is still missing after installing what could be: as root on Debian the missing packages are installed from
 * the machine's own sources without starting a service; elsewhere nothing is changed. Throws when apt fails.
 */
export async function installMissing(
  wanted: readonly Requirement[] = REQUIREMENTS,
): Promise<readonly Requirement[]> {
  if (findMissing(wanted).length === 0 || !canInstall()) return findMissing(wanted);
  return withLock(join(tmpdir(), 'pigsty-test-apt.lock'), async () => {
    const packages = [...new Set(findMissing(wanted).map((requirement) => requirement.package))];
    if (packages.length > 0) await withoutServices(() => install(packages));
    return findMissing(wanted);
  });
}

async function install(packages: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await mustRun('apt-get', ['update', '-q'], { env, timeoutSeconds: 300 });
  const args = ['install', '-y', '-q', '--no-install-recommends', ...packages];
  await mustRun('apt-get', args, { env, timeoutSeconds: 1200 });
}

function canInstall(): boolean {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version') && isExecutable('/usr/bin/apt-get');
}

/** invoke-rc.d asks this script before it starts a service; 101 means: not allowed (its manual page). */
const POLICY = '/usr/sbin/policy-rc.d';
const POLICY_TEXT = '#!/bin/sh\n# while the packages that tests need are installed\nexit 101\n';

/** An existing policy of the machine is kept; ours is removed at the end, also one from a killed run. */
async function withoutServices(work: () => Promise<void>): Promise<void> {
  if (existsSync(POLICY) && readFileSync(POLICY, 'utf8') !== POLICY_TEXT) return work();
  const remove = () => rmSync(POLICY, { force: true });
  process.once('exit', remove);
  writeFileSync(POLICY, POLICY_TEXT);
  chmodSync(POLICY, 0o755);
  try {
    await work();
  } finally {
    remove();
    process.off('exit', remove);
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
