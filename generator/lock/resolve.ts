import { type Platform, type Platforms, platformFor } from '../distributions/distribution.ts';
import type { Environment } from '../effects/process.ts';
import type { Progress } from '../effects/progress.ts';
import { Unreachable } from '../model/brand.ts';
import { conclude, type Diagnostic, type Result } from '../model/diagnostic.ts';
import type { ImageRequest, Lock, LockedPackage, LockedPlatform } from '../model/lock.ts';
import { lockInputs } from './requests.ts';
import { SOLVERS, type Solution } from './solver.ts';

export type LockOptions = {
  /** The cache directory of this product; package indexes are kept in it. */
  readonly cache: string;
  readonly environment: Environment;
  readonly progress: Progress;
  readonly platforms: Platforms;
};

/**
 * Resolves the exact packages of every image, with the solver of each distribution. No other step reads package indexes.
 * Diagnostics: lock/no-archive, lock/no-tool, lock/disk-full, lock/source-unreachable,
 * lock/package-not-found, lock/pg-version-not-carried, lock/solver-failed.
 */
export async function resolveLock(
  requests: readonly ImageRequest[],
  options: LockOptions,
): Promise<Result<Lock>> {
  const names = [...new Set(requests.map((one) => one.platform))].sort();
  const step = options.progress.step('lock', requests.length + names.length);
  const platforms: LockedPlatform[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const name of names) {
    const known = options.platforms.get(name);
    if (!known) throw new Unreachable(`no platform ${name}`);
    const own = requests.filter((one) => one.platform === name);
    const platform = platformFor(
      known,
      own.flatMap(({ packages }) => packages.map((one) => one.name)),
    );
    const { cache, environment } = options;
    const advance = (label: string) => step.advance(1, label);
    const solved = await SOLVERS[platform.solver](platform, own, { cache, environment, advance });
    diagnostics.push(...solved.diagnostics);
    if (solved.ok) platforms.push(lockedPlatform(platform, solved.value));
  }
  step.done();
  return conclude({ version: 1, inputs: lockInputs(requests, options.platforms), platforms }, diagnostics);
}

function lockedPlatform(
  { name: platform, architecture }: Platform,
  { sources, closures }: Solution,
): LockedPlatform {
  const packages = new Map<string, LockedPackage>();
  for (const { request, packages: closure } of closures) {
    for (const one of closure) {
      const key = `${one.name}:${one.arch}`;
      const other = packages.get(key);
      if (other && other.version !== one.version) throw new Unreachable(`two versions of ${key} in one lock`);
      const requester = request.packages.find(({ name }) => name === one.name)?.askedBy;
      if (!other || other.askedBy === 'dependency')
        packages.set(key, { ...one, askedBy: requester ?? 'dependency' });
    }
  }
  const sorted = [...packages].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
  const names = (closure: Solution['closures'][number]['packages']) => closure.map((one) => one.name).sort();
  const images = closures.map(({ request, packages: closure }) => [request.name, names(closure)] as const);
  return { platform, architecture, sources, packages: sorted, images: Object.fromEntries(images) };
}
