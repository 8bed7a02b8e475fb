import { assertNever, Unreachable } from '../model/brand.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { LockedPackage, LockedPlatform } from '../model/lock.ts';
import { append } from '../model/multimap.ts';
import { fetchRules } from './rules.ts';

/** A locked package that could not be downloaded, and apt's reason. `isOwn`: false if it is that of another package. */
export type Failure = {
  readonly package: LockedPackage;
  readonly reason: string;
  readonly isOwn: boolean;
};

/** True if the downloaded file is not the locked one. */
export function isWrongHash({ reason }: Failure): boolean {
  return /Hash Sum mismatch|unexpected size/i.test(reason);
}

/**
 * The diagnostics for packages that could not be downloaded to `directory`: one for a full disk, otherwise one for each
 * archive and cause. Diagnostics: fetch/*.
 */
export function explainFailures(
  failures: readonly Failure[],
  directory: string,
  images: LockedPlatform['images'],
): Diagnostic[] {
  if (failures.some(({ reason }) => reason.includes('No space left on device'))) {
    const bytes = failures.reduce((sum, one) => sum + one.package.size, 0);
    return [fetchRules.diskFull.at(undefined, { directory, bytes })];
  }
  const own = failures.filter(({ isOwn }) => isOwn);
  const groups = new Map<string, Failure[]>();
  for (const failure of own.length > 0 ? own : failures) {
    append(groups, `${causeOf(failure)} ${failure.package.archive}`, failure);
  }
  return [...groups.values()].map((those) => explain(those, images));
}

type Cause = 'changed' | 'gone' | 'unreachable';

function causeOf(failure: Failure): Cause {
  if (isWrongHash(failure)) return 'changed';
  return /^404\b|File not found|No such file/.test(failure.reason) ? 'gone' : 'unreachable';
}

/** One diagnostic for all packages that one archive does not give for the same cause. */
function explain(those: readonly Failure[], images: LockedPlatform['images']): Diagnostic {
  const [first] = those;
  if (!first) throw new Unreachable('a cause without a failure');
  const file = `${fileName(first)}${those.length > 1 ? ` and ${those.length - 1} more` : ''}`;
  const { archive } = first.package;
  const cause = causeOf(first);
  switch (cause) {
    case 'changed':
      return fetchRules.wrongHash.at(undefined, { file, archive });
    case 'gone': {
      const names = new Set(those.flatMap(({ package: { name } }) => imagesWith(name, images)));
      return fetchRules.superseded.at(undefined, { file, archive, images: [...names].sort() });
    }
    case 'unreachable':
      return fetchRules.unreachable.at(undefined, { file, archive, reason: first.reason });
    default:
      return assertNever(cause);
  }
}

function fileName({ package: { path } }: Failure): string {
  return path.split('/').at(-1) ?? path;
}

/** Names of the images that a package goes into, sorted. */
function imagesWith(name: string, images: LockedPlatform['images']): string[] {
  return Object.keys(images)
    .filter((image) => images[image]?.includes(name))
    .sort();
}
