import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Platform, Platforms } from '../distributions/distribution.ts';
import { hashFile, makeDirectory, sizeIfExists } from '../effects/files.ts';
import { freeBytes } from '../effects/free-space.ts';
import type { Environment, ProcessResult } from '../effects/process.ts';
import type { Progress } from '../effects/progress.ts';
import { type Sha256, Unreachable } from '../model/brand.ts';
import { conclude, type Diagnostic, type Result, succeed } from '../model/diagnostic.ts';
import { groupsOf } from '../model/groups.ts';
import type { Lock, LockedPackage } from '../model/lock.ts';
import { type Addresses, type AptRoot, openAptRoot, runLocked } from './apt-root.ts';
import { findArchives } from './archives.ts';
import { explainFailures, type Failure, isWrongHash } from './fetch-failures.ts';
import { fetchRules } from './rules.ts';

export type FetchOptions = {
  /** The cache directory of this product; packages are kept in it by their sha256. */
  readonly cache: string;
  readonly environment: Environment;
  readonly progress: Progress;
  readonly platforms: Platforms;
};

/** Files per call of apt's downloader: the arguments stay far below the system's limit. */
const FILES_PER_CALL = 200;
const POLL_MILLISECONDS = 200;

/** The path of a package in the cache: `<cache>/packages/sha256/<hex>.deb`. */
export function packageFile(cache: string, digest: Sha256): string {
  return join(cache, 'packages', 'sha256', `${digest}.deb`);
}

/**
 * Downloads the packages that the cache does not have, for the named images or for the whole lock. For packages in the
 * cache it compares sizes only. Diagnostics: fetch/wrong-hash, fetch/superseded, fetch/unreachable, fetch/disk-full,
 * lock/no-archive, lock/no-tool.
 */
export async function fetchPackages(
  lock: Lock,
  images: readonly string[] | undefined,
  options: FetchOptions,
): Promise<Result<void>> {
  const diagnostics: Diagnostic[] = [];
  for (const locked of lock.platforms) {
    const wanted = locked.packages.filter((one) => {
      return !images || images.some((image) => locked.images[image]?.includes(one.name));
    });
    const missing = await missingPackages(wanted, options.cache);
    if (missing.length === 0) continue;
    const platform = options.platforms.get(locked.platform);
    if (!platform) throw new Unreachable(`no platform ${locked.platform}`);
    const addresses = await findArchives(platform, options.environment);
    diagnostics.push(...addresses.diagnostics);
    if (!addresses.ok) continue;
    const directory = partialDirectory(options.cache);
    const bytes = missing.reduce((sum, one) => sum + one.size, 0);
    // Check this first: on a full disk apt's downloader can hang.
    if ((await freeBytes(directory)) < bytes) {
      diagnostics.push(fetchRules.diskFull.at(undefined, { directory, bytes }));
      continue;
    }
    const failures = await download(missing, platform, addresses.value, options);
    diagnostics.push(...explainFailures(failures, directory, locked.images));
  }
  return conclude(undefined, diagnostics);
}

async function missingPackages(wanted: readonly LockedPackage[], cache: string): Promise<LockedPackage[]> {
  const isCached = await Promise.all(
    wanted.map(async (one) => (await sizeIfExists(packageFile(cache, one.sha256))) === one.size),
  );
  return wanted.filter((_, index) => !isCached[index]);
}

/** Uses apt's downloader, with its transports and proxies. It resumes the files in `partial/`. */
async function download(
  missing: readonly LockedPackage[],
  platform: Platform,
  addresses: Addresses,
  options: FetchOptions,
): Promise<Failure[]> {
  const root = await openAptRoot(options.cache, platform, options.environment);
  const partial = partialDirectory(options.cache);
  await makeDirectory(join(options.cache, 'packages', 'sha256'));
  const stop = reportProgress(missing, partial, options);
  const failures: Failure[] = [];
  for (const group of groupsOf(missing, FILES_PER_CALL)) {
    const result = await callDownloader(root, group, partial, addresses);
    for (const one of group) failures.push(...(await accept(one, partial, result, addresses, options.cache)));
  }
  await stop();
  return failures;
}

function partialDirectory(cache: string): string {
  return join(cache, 'packages', 'partial');
}

function callDownloader(
  root: AptRoot,
  group: readonly LockedPackage[],
  partial: string,
  addresses: Addresses,
): Promise<ProcessResult> {
  const triples = group.flatMap((one) => [
    addressOfPackage(one, addresses),
    join(partial, `${one.sha256}.deb`),
    `SHA256:${one.sha256}`,
  ]);
  return runLocked(root, '/usr/lib/apt/apt-helper', ['-qq', 'download-file', ...triples]);
}

/** With `copy:`, because `file:` creates a link to the archive instead of a copy. */
function addressOfPackage({ archive, path }: LockedPackage, addresses: Addresses): string {
  const base = (addresses.get(archive) ?? '').replace(/^file:/, 'copy:');
  return base + path.split('/').map(encodeURIComponent).join('/');
}

/** Moves a downloaded file into the cache if its sha256 is correct; otherwise returns the failure. */
async function accept(
  one: LockedPackage,
  partial: string,
  result: ProcessResult,
  addresses: Addresses,
  cache: string,
): Promise<Failure[]> {
  const from = join(partial, `${one.sha256}.deb`);
  const to = packageFile(cache, one.sha256);
  if ((await sizeIfExists(from)) === one.size && (await hashFile(from)) === one.sha256) {
    await rename(from, to);
    return [];
  }
  if ((await sizeIfExists(to)) === one.size) return [];
  const failure = { package: one, ...reasonFor(addressOfPackage(one, addresses), result) };
  if (isWrongHash(failure))
    await Promise.all([rm(from, { force: true }), rm(`${from}.FAILED`, { force: true })]);
  return [failure];
}

/** apt's reason for one file, from `E: Failed to fetch <address>  <reason>`; not its own if apt gave up after another file. */
function reasonFor(address: string, { stderr, status }: ProcessResult): Pick<Failure, 'reason' | 'isOwn'> {
  const failures = stderr.split('\n').flatMap((line) => {
    const [, uri, reason] = /^E: Failed to fetch (\S+) {2}(.*)$/.exec(line) ?? [];
    return uri !== undefined && reason !== undefined ? [{ uri, reason }] : [];
  });
  const own = failures.find(({ uri }) => decodeURIComponent(uri) === decodeURIComponent(address));
  if (own) return { reason: own.reason, isOwn: true };
  if (status === 0) return { reason: 'Hash Sum mismatch', isOwn: true };
  return { reason: failures[0]?.reason ?? stderr.trim(), isOwn: false };
}

/** Reports progress by the size of the partial files, while the downloader runs. */
function reportProgress(
  missing: readonly LockedPackage[],
  partial: string,
  { cache, progress }: FetchOptions,
) {
  const total = missing.reduce((sum, one) => sum + one.size, 0);
  const step = progress.step('fetch', total, 'bytes');
  let reported = 0;
  const report = async () => {
    const sizes = missing.map(async (one) => {
      return (
        (await sizeIfExists(packageFile(cache, one.sha256))) ??
        (await sizeIfExists(join(partial, `${one.sha256}.deb`))) ??
        0
      );
    });
    const downloaded = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    if (downloaded > reported) step.advance(downloaded - reported);
    reported = Math.max(reported, downloaded);
  };
  const timer = setInterval(() => void report(), POLL_MILLISECONDS);
  return async () => {
    clearInterval(timer);
    await report();
    step.done();
  };
}

/** Verifies a package in the cache by its sha256: returns its path, or deletes the file and returns a diagnostic. */
export async function verifyPackage(one: LockedPackage, cache: string): Promise<Result<string>> {
  const path = packageFile(cache, one.sha256);
  if ((await hashFile(path)) === one.sha256) return succeed(path);
  await rm(path, { force: true });
  const failure = { package: one, reason: 'Hash Sum mismatch', isOwn: true };
  return { ok: false, diagnostics: explainFailures([failure], path, {}) };
}
