import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheDirectory } from '../../generator/effects/cache-directory.ts';
import { mirrorVariable } from '../../generator/lock/archives.ts';
import { packageFile } from '../../generator/lock/fetch.ts';
import { parseLock } from '../../generator/lock/lock-text.ts';
import type { LockedPackage } from '../../generator/model/lock.ts';

/** The locked packages of a site as archives that are folders, so that no test downloads a package twice. */
export type LocalMirror = {
  /** Points `pigsty` at the archives, and its cache at a directory of the test's own. */
  environment(cacheHome: string): NodeJS.ProcessEnv;
  readonly packages: readonly LockedPackage[];
  /** The file of a package in the mirror; a test may remove or change it. */
  file(one: LockedPackage): string;
};

/** The mirror of a lock in `directory`, from the packages in this machine's cache, which a build has filled. */
export function mirrorOf(lockFile: string, directory: string): LocalMirror {
  const lock = parseLock(readFileSync(lockFile, 'utf8'), lockFile);
  if (!lock.ok) throw new Error(`${lockFile} is no lock`);
  const packages = lock.value.platforms.flatMap((platform) => platform.packages);
  const file = (one: LockedPackage) => join(directory, one.archive, one.path);
  for (const one of packages) {
    mkdirSync(dirname(file(one)), { recursive: true });
    copyFile(packageFile(cacheDirectory(process.env), one.sha256), file(one));
  }
  const archives = [...new Set(packages.map((one) => one.archive))];
  const addresses = archives.map(
    (archive) => [mirrorVariable(archive), `file:${join(directory, archive)}/`] as const,
  );
  return {
    packages,
    file,
    environment: (cacheHome) => ({ ...Object.fromEntries(addresses), XDG_CACHE_HOME: cacheHome }),
  };
}

/** A copy that shares its blocks where the file system can do that. */
function copyFile(from: string, to: string): void {
  execFileSync('cp', ['--reflink=auto', '--', from, to]);
}
