import type { HostIp } from '../model/brand.ts';
import type { ClashSide, DirectoryPlan, Misplaced } from '../model/plan.ts';
import { isWithin, normalPath } from '../text/path.ts';
import type { Part } from './clashes.ts';
import { EMPTIED, isMountPoint, reasonAgainst } from './system-directories.ts';

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
  if (!(isMountPoint(path) && isLikeMountPoint(directory))) {
    const reason = reasonAgainst(path);
    if (reason !== undefined) return reason;
  }
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
