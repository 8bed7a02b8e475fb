import type { Diagnostic } from '../model/diagnostic.ts';
import type { LockedPackage, LockedPlatform } from '../model/lock.ts';
import { fetchRules } from './rules.ts';

/** A locked package that could not be downloaded, and apt's reason. */
export type Failure = { readonly package: LockedPackage; readonly reason: string };

/** True if the downloaded file is not the locked one. */
export function isWrongHash({ reason }: Failure): boolean {
  return /Hash Sum mismatch|unexpected size/i.test(reason);
}

/**
 * The diagnostics for packages that could not be downloaded to `directory`: one for a full disk, one for each unreachable
 * archive, one for each file that is missing or has a wrong checksum. Diagnostics: fetch/*.
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
  const diagnostics: Diagnostic[] = [];
  const unreachableArchives = new Map<string, Failure[]>();
  for (const failure of failures) {
    const { archive, name } = failure.package;
    const file = fileName(failure);
    if (isWrongHash(failure)) diagnostics.push(fetchRules.wrongHash.at(undefined, { file, archive }));
    else if (/^404\b|File not found|No such file/.test(failure.reason))
      diagnostics.push(
        fetchRules.superseded.at(undefined, { file, archive, images: imagesWith(name, images) }),
      );
    else unreachableArchives.set(archive, [...(unreachableArchives.get(archive) ?? []), failure]);
  }
  return [...diagnostics, ...[...unreachableArchives].map(([archive, those]) => unreachable(archive, those))];
}

function unreachable(archive: string, those: readonly Failure[]): Diagnostic {
  const [first] = those;
  const others = those.length - 1;
  const file = `${first ? fileName(first) : ''}${others > 0 ? ` and ${others} more` : ''}`;
  return fetchRules.unreachable.at(undefined, { file, archive, reason: first?.reason ?? '' });
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
