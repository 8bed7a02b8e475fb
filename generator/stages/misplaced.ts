import type { HostIp } from '../model/brand.ts';
import type { ClashSide, DirectoryPlan, Misplaced } from '../model/plan.ts';
import { isWithin, normalPath } from '../text/path.ts';
import type { Part } from './clashes.ts';

/**
 * Directories of the system (hier(7), file-hierarchy(7)). Their owner and mode are the system's: with ours, other
 * services could not use them.
 */
const SYSTEM = new Set([
  ...['/', '/home', '/lost+found', '/root', '/run', '/tmp', '/usr', '/usr/games', '/usr/local', '/var'],
  ...below('/usr/local', 'bin', 'etc', 'include', 'lib', 'libexec', 'sbin', 'share', 'src'),
  ...below('/var', 'backups', 'cache', 'crash', 'db', 'empty', 'lib', 'local', 'log', 'mail', 'opt', 'spool'),
  ...below('/var/cache', 'apt', 'dnf', 'private'),
  ...below('/var/lib', 'misc', 'private'),
  ...below('/var/log', 'apt', 'audit', 'private'),
  ...below('/var/spool', 'cron', 'mail'),
]);

/** Where disks are mounted and other software is installed: directories of root with mode 0755. */
const MOUNT_POINTS = new Set(['/media', '/mnt', '/opt', '/srv']);

const OWNED = 'belongs to the system';
const EMPTIED = 'is below a directory that the system empties';

/** No data belongs at or below these. */
const CLOSED: ReadonlyMap<string, string> = new Map([
  ...[
    '/bin',
    '/boot',
    '/dev',
    '/efi',
    '/etc',
    '/lib',
    '/lib32',
    '/lib64',
    '/libx32',
    '/proc',
    '/sbin',
    '/sys',
  ].map((path) => [path, OWNED] as const),
  ...below(
    '/usr',
    'bin',
    'include',
    'lib',
    'lib32',
    'lib64',
    'libexec',
    'libx32',
    'sbin',
    'share',
    'src',
  ).map((path) => [path, OWNED] as const),
  ...below('/var/lib', 'apt', 'dbus', 'dpkg', 'rpm', 'systemd').map((path) => [path, OWNED] as const),
  ...['/run/lock', '/run/systemd', '/run/user', '/var/log/journal'].map((path) => [path, OWNED] as const),
  ...['/var/lock', '/var/run'].map((path) => [path, 'is behind a link of the system'] as const),
  ...['/tmp', '/var/tmp'].map((path) => [path, EMPTIED] as const),
  ...['/run/host', '/run/pigsty-agent', '/var/lib/pigsty'].map(
    (path) => [path, 'belongs to the agent'] as const,
  ),
]);

function below(directory: string, ...names: string[]): string[] {
  return names.map((name) => `${directory}/${name}`);
}

/** A directory with the part that plans it. */
type Planned = DirectoryPlan & { readonly side: ClashSide };

/**
 * Directories that the host cannot have where the plan puts them: they belong to the system, are at or below a link of
 * the plan, or hold two kinds of state. Of those of one module, only the topmost.
 */
export function findMisplaced(parts: readonly Part[], ip: HostIp): Misplaced[] {
  const directories = parts.flatMap(plannedDirectories);
  const homes = parts.flatMap(({ users = [] }) => users.map(({ home }) => normalPath(home)));
  return [
    ...topmost(directories.flatMap((one) => systemProblem(one, homes, ip))),
    ...topmost(directories.flatMap((one) => linkProblem(one, parts, ip))),
    ...onePerPair(stateProblems(directories, ip)),
  ];
}

function plannedDirectories({ module, directories = [] }: Part): Planned[] {
  return directories.map((directory) => {
    const side = { module, item: `directories${directory.path}`, leaf: undefined };
    return { ...directory, path: normalPath(directory.path), side };
  });
}

function topmost(found: readonly Misplaced[]): Misplaced[] {
  const moduleOf = ({ sides: [side] }: Misplaced) => side?.module;
  return found.filter(
    (one, index) =>
      !found.some((other, position) => {
        if (moduleOf(one) !== moduleOf(other) || !isWithin(one.path, other.path)) return false;
        return one.path !== other.path || position < index;
      }),
  );
}

function systemProblem(directory: Planned, homes: readonly string[], ip: HostIp): Misplaced[] {
  const { path, side } = directory;
  const reason = systemReason(directory, homes);
  return reason === undefined ? [] : [{ ip, kind: 'system', path, reason, sides: [side] }];
}

function systemReason(directory: Planned, homes: readonly string[]): string | undefined {
  const { path, state } = directory;
  if (SYSTEM.has(path)) return OWNED;
  if (MOUNT_POINTS.has(path) && !isLikeMountPoint(directory)) return OWNED;
  for (const [closed, reason] of CLOSED) if (isWithin(path, closed)) return reason;
  if (state !== undefined && isWithin(path, '/run')) return EMPTIED;
  // `ProtectHome=` hides both (systemd.exec(5)). An account may have its home there, which no unit uses.
  const isHidden = isWithin(path, '/home') || isWithin(path, '/root');
  const isHome = state === undefined && homes.some((home) => isWithin(path, home));
  return isHidden && !isHome ? 'is among the homes of users, which services cannot use' : undefined;
}

function isLikeMountPoint({ mode, owner, group }: DirectoryPlan): boolean {
  return mode === 0o755 && owner === 'root' && group === 'root';
}

function linkProblem({ path, side }: Planned, parts: readonly Part[], ip: HostIp): Misplaced[] {
  for (const { module, links = [] } of parts) {
    const link = links.find((one) => isWithin(path, normalPath(one.path)));
    if (!link) continue;
    const other = { module, item: `links${link.path}`, leaf: undefined };
    return [{ ip, kind: 'link', path, link: link.path, sides: [side, other] }];
  }
  return [];
}

/** State is moved, restored and removed as one directory: nothing else may be at its path, or have its state in it. */
function stateProblems(directories: readonly Planned[], ip: HostIp): Misplaced[] {
  const holders = directories.filter(({ state }) => state !== undefined);
  return holders.flatMap((outer, position) =>
    directories.flatMap((inner): Misplaced[] => {
      if (inner === outer || !isDisturbing(inner, outer)) return [];
      const isSecond = holders.indexOf(inner) > position;
      if (inner.path === outer.path && inner.state !== undefined && !isSecond) return [];
      const purposes = [purposeOf(inner), purposeOf(outer)] as const;
      const sides = [inner.side, outer.side].map((side) => ({ ...side, leaf: 'state' }));
      return [{ ip, kind: 'state', path: inner.path, outer: outer.path, purposes, sides }];
    }),
  );
}

/** A module may have several kinds of state: one message tells all. */
function onePerPair(found: readonly Misplaced[]): Misplaced[] {
  const keyOf = ({ sides, ...one }: Misplaced) =>
    JSON.stringify([...sides.map(({ module }) => module), one.kind === 'state' && one.outer]);
  return [...new Map([...found].reverse().map((one) => [keyOf(one), one])).values()];
}

/** Another module may create the same directory, without data of its own. */
function isDisturbing(inner: Planned, outer: Planned): boolean {
  if (inner.state === undefined) return inner.path === outer.path && inner.side.module === outer.side.module;
  return inner.state !== outer.state && isWithin(inner.path, outer.path);
}

function purposeOf({ state }: Planned): string {
  return state === undefined ? 'another directory' : `state ${state}`;
}
