import { isWithin } from '../text/path.ts';

/*
 * Directories of the system (hier(7), file-hierarchy(7)). Their owner and mode are the system's: with ours, other
 * services could not use them.
 */
const OWNED = 'belongs to the system';
export const EMPTIED = 'is below a directory that the system empties';

/** Where disks are mounted and other software is installed: directories of root with mode 0755. */
const MOUNT_POINTS = ['/media', '/mnt', '/opt', '/srv'];

/** Only these themselves: a directory below them can be ours. */
const SYSTEM = new Set([
  ...MOUNT_POINTS,
  ...['/', '/home', '/lost+found', '/root', '/run', '/usr', '/usr/games', '/usr/local', '/var'],
  ...below('/usr/local', 'bin etc include lib libexec sbin share src'),
  ...below('/var', 'backups cache crash db empty lib local log mail opt spool'),
  ...below('/var/cache', 'apt dnf private'),
  ...below('/var/lib', 'misc private'),
  ...below('/var/log', 'apt audit private'),
  ...below('/var/spool', 'cron mail'),
]);

/** These, and all below them. */
const CLOSED: readonly { readonly reason: string; readonly paths: readonly string[] }[] = [
  {
    reason: OWNED,
    paths: [
      ...below('', 'bin boot dev efi etc lib lib32 lib64 libx32 proc sbin sys'),
      ...below('/usr', 'bin include lib lib32 lib64 libexec libx32 sbin share src'),
      ...below('/var/lib', 'apt dbus dpkg rpm systemd'),
      ...below('/run', 'host lock systemd user'),
      '/var/log/journal',
    ],
  },
  { reason: 'is behind a link of the system', paths: ['/var/lock', '/var/run'] },
  { reason: 'belongs to the agent', paths: ['/run/pigsty-agent', '/var/lib/pigsty'] },
];

const TEMPORARY = ['/tmp', '/var/tmp'];

/** Whether a disk may be mounted at this directory of the system. */
export function isMountPoint(path: string): boolean {
  return MOUNT_POINTS.includes(path);
}

/** Why a directory of a plan cannot be at this path; undefined if it can. */
export function reasonAgainst(path: string): string | undefined {
  if (SYSTEM.has(path) || TEMPORARY.includes(path)) return OWNED;
  if (TEMPORARY.some((temporary) => isWithin(path, temporary))) return EMPTIED;
  return CLOSED.find(({ paths }) => paths.some((closed) => isWithin(path, closed)))?.reason;
}

function below(directory: string, names: string): string[] {
  return names.split(' ').map((name) => `${directory}/${name}`);
}
