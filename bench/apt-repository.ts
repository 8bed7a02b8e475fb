import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { debian13 } from '../generator/distributions/debian13.ts';
import { openAptRoot, updateLists } from '../generator/lock/apt-root.ts';
import { findArchives } from '../generator/lock/archives.ts';
import { packageFile } from '../generator/lock/fetch.ts';
import type { LockedPackage } from '../generator/model/lock.ts';
import { mustRun, removeTree } from '../test/support/process.ts';
import { cacheDirectory } from '../test/support/rootfs.ts';

/** Creates a flat repository of the packages in `directory` (sources.list(5)): `deb [trusted=yes] file:… ./`. */
async function indexPackages(directory: string, edit = (index: string) => index): Promise<void> {
  const index = await mustRun('apt-ftparchive', ['packages', '.'], { cwd: directory });
  writeFileSync(join(directory, 'Packages'), edit(index));
}

const RELATIONS =
  /^(Depends|Pre-Depends|Recommends|Suggests|Enhances|Conflicts|Breaks|Replaces|Provides):.*\n( .*\n)*/gm;

/** A flat repository of these files, with an index without dependencies: apt installs exactly the requested package. */
export async function copyToRepository(
  packages: readonly LockedPackage[],
  cache: string,
  directory: string,
): Promise<void> {
  removeTree(directory);
  mkdirSync(directory, { recursive: true });
  for (const one of packages) {
    const version = one.version.replace(/^\d+:/, '');
    copyFileSync(packageFile(cache, one.sha256), join(directory, `${one.name}_${version}_${one.arch}.deb`));
  }
  await indexPackages(directory, (index) => index.replace(RELATIONS, ''));
}

type Closure = {
  /** `name=version`, as apt-get install takes it. */
  readonly wanted: readonly string[];
  readonly locked: readonly LockedPackage[];
  /** The dpkg status file of the machine that installs from the repository. */
  readonly status: string;
  readonly cache: string;
  readonly directory: string;
};

/**
 * A flat repository with `wanted` and all dependencies that a machine with this status lacks: the locked files, and
 * from the archive those that images do not need. Throws if apt cannot resolve or download them.
 */
export async function makeRepository(closure: Closure): Promise<void> {
  const addresses = await findArchives(debian13, process.env);
  if (!addresses.ok) throw new Error(JSON.stringify(addresses.diagnostics));
  const root = await openAptRoot(join(cacheDirectory(), 'bench'), debian13, process.env);
  const updated = await updateLists(root, addresses.value);
  if (updated.status !== 0) throw new Error(`apt-get update: ${updated.stderr}`);
  const archives = join(root.directory, 'var/cache/apt/archives');
  for (const one of closure.locked) {
    const name = `${one.name}_${one.version.replaceAll(':', '%3a')}_${one.arch}.deb`;
    copyFileSync(packageFile(closure.cache, one.sha256), join(archives, name));
  }
  const status = ['-o', `Dir::State::status=${closure.status}`, '-o', 'Debug::NoLocking=true'];
  const args = [...status, '-qq', '-y', '--download-only', 'install', ...closure.wanted];
  await mustRun('apt-get', args, { env: root.environment, timeoutSeconds: 600 });
  const uris = await mustRun(
    'apt-get',
    ['--print-uris', ...args, '-o', 'Dir::Cache::Archives=/nonexistent'],
    {
      env: root.environment,
    },
  );
  mkdirSync(closure.directory, { recursive: true });
  for (const name of uris.split('\n').flatMap((line) => line.split(' ')[1] ?? [])) {
    copyFileSync(join(archives, name), join(closure.directory, name.replace(/_\d+%3a/, '_')));
  }
  await indexPackages(closure.directory);
}
