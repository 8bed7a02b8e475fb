import { createHash } from 'node:crypto';
import { appendFileSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFile } from '../generator/lock/fetch.ts';
import { readLock, writeLock } from '../generator/lock/lock-file.ts';
import { sha256 } from '../generator/model/brand.ts';
import type { LockedPackage } from '../generator/model/lock.ts';
import { mustRun, removeTree } from '../test/support/process.ts';

/** A small package of the PostgreSQL image, and one of its files. */
const NAME = 'patroni';
const FILE = 'usr/lib/python3/dist-packages/patroni/version.py';

/**
 * Replaces the locked package, in the cache and in the lock, by one with an additional line and a new version, as an
 * update from the archive would do. Returns the packages of the new lock.
 */
export async function changePackage(
  lockFile: string,
  cache: string,
  directory: string,
): Promise<readonly LockedPackage[]> {
  const lock = await readLock(lockFile);
  const [platform] = (lock.ok && lock.value?.platforms) || [];
  const old = platform?.packages.find(({ name }) => name === NAME);
  if (!lock.ok || !lock.value || !platform || !old)
    throw new Error(`package ${NAME} not found in ${lockFile}`);
  const changed = await repack(old, cache, directory);
  const packages = platform.packages.map((one) => (one === old ? changed : one));
  await writeLock(lockFile, { ...lock.value, platforms: [{ ...platform, packages }] });
  return packages;
}

async function repack(old: LockedPackage, cache: string, directory: string): Promise<LockedPackage> {
  const tree = join(directory, 'tree');
  const file = join(directory, 'changed.deb');
  const version = `${old.version}.1`;
  await mustRun('dpkg-deb', ['-R', packageFile(cache, old.sha256), tree]);
  const control = join(tree, 'DEBIAN/control');
  writeFileSync(control, readFileSync(control, 'utf8').replace(/^Version: .*$/m, `Version: ${version}`));
  appendFileSync(join(tree, FILE), `# ${version}\n`);
  await mustRun('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', tree, file]);
  const bytes = readFileSync(file);
  const digest = sha256(createHash('sha256').update(bytes).digest('hex'));
  copyFileSync(file, packageFile(cache, digest));
  removeTree(tree);
  return { ...old, version, size: bytes.length, sha256: digest };
}
