import { dirname, join } from 'node:path';
import { rule } from '../diagnostics/rule.ts';
import type { Platforms } from '../distributions/distribution.ts';
import { platformsWith } from '../distributions/index.ts';
import { cacheDirectory } from '../effects/cache-directory.ts';
import { readTextIfExists } from '../effects/files.ts';
import { packageRoot } from '../effects/package-root.ts';
import type { Environment } from '../effects/process.ts';
import type { Progress } from '../effects/progress.ts';
import { loadRecipes } from '../effects/recipes.ts';
import { fetchPackages } from '../lock/fetch.ts';
import { readLock, writeLock } from '../lock/lock-file.ts';
import { type ImageJobs, imageRequests, isStale } from '../lock/requests.ts';
import { resolveLock } from '../lock/resolve.ts';
import { lockRules } from '../lock/rules.ts';
import type { Diagnostic, Result } from '../model/diagnostic.ts';
import { conclude, succeed } from '../model/diagnostic.ts';
import type { BuiltImage } from '../model/image.ts';
import type { Lock } from '../model/lock.ts';
import type { SitePlan } from '../model/plan.ts';
import type { Site } from '../model/site.ts';
import { sha256Of } from '../text/digest.ts';
import { buildImages } from './images.ts';

const rules = {
  renewed: rule<{ file: string; reason: string }>('lock/renewed', {
    severity: 'notice',
    message: ({ file, reason }) => `resolved packages into ${file}: ${reason}`,
  }),
};

export type ImageOptions = { readonly environment: Environment; readonly progress: Progress };
type LockOptions = ImageOptions & { readonly platforms: Platforms };
export type SiteLock = { readonly file: string; readonly lock: Lock };

/** `<inventory-stem>.lock.json`, beside the inventory. */
export function lockFile(site: Site): string {
  return join(dirname(site.inventoryFile), `${site.name}.lock.json`);
}

/** The sha256 of what a build is made from: the inventory, the files that it names, and the lock. */
export async function siteInputs(site: Site): Promise<string> {
  return sha256Of(JSON.stringify([site.digest(), await readTextIfExists(lockFile(site))]));
}

/** Resolves the packages of all images if the lock is missing or out of date, or with `update`; writes the lock. */
export async function lockSite(
  site: Site,
  plan: SitePlan,
  options: ImageOptions & { readonly update: boolean },
): Promise<Result<SiteLock>> {
  const jobs = await imageJobs(plan);
  if (!jobs.ok) return jobs;
  const platforms = platformsWith(plan.sources);
  return currentLock(site, jobs.value, { ...options, platforms });
}

/** Whether the lock is there and up to date; nothing is written. Diagnostics: lock/missing, lock/stale, lock/unreadable. */
export async function checkLock(site: Site, plan: SitePlan): Promise<Result<void>> {
  const jobs = await imageJobs(plan);
  if (!jobs.ok) return jobs;
  const file = lockFile(site);
  const kept = await readLock(file);
  if (!kept.ok) return kept;
  if (!kept.value) return { ok: false, diagnostics: [lockRules.missing.at(undefined, { file })] };
  return isStale(kept.value, jobs.value.requests, platformsWith(plan.sources))
    ? { ok: false, diagnostics: [lockRules.stale.at(undefined, { file })] }
    : succeed(undefined);
}

/** Writes all images of the site as blobs to `blobs`; downloads missing packages. Diagnostics: lock/*, fetch/*, build/*. */
export async function buildSiteImages(
  site: Site,
  plan: SitePlan,
  blobs: string,
  options: ImageOptions,
): Promise<Result<readonly BuiltImage[]>> {
  const jobs = await imageJobs(plan);
  if (!jobs.ok) return jobs;
  const found: Diagnostic[] = [...jobs.diagnostics];
  const platforms = platformsWith(plan.sources);
  const locked = await currentLock(site, jobs.value, { ...options, platforms, update: false });
  found.push(...locked.diagnostics);
  if (!locked.ok) return { ok: false, diagnostics: found };
  const { environment, progress } = options;
  const cache = cacheDirectory(environment);
  const fetched = await fetchPackages(locked.value.lock, undefined, {
    cache,
    environment,
    progress,
    platforms,
  });
  found.push(...fetched.diagnostics);
  if (!fetched.ok) return { ok: false, diagnostics: found };
  const sourceDateEpoch = environment.SOURCE_DATE_EPOCH;
  const built = await buildImages(jobs.value.specs, locked.value.lock, {
    blobs,
    cache,
    progress,
    sourceDateEpoch,
  });
  found.push(...built.diagnostics);
  return built.ok ? conclude(built.value, found) : { ok: false, diagnostics: found };
}

async function imageJobs(plan: SitePlan): Promise<Result<ImageJobs>> {
  const recipes = await loadRecipes(join(packageRoot, 'images'));
  if (!recipes.ok) return recipes;
  return imageRequests([...plan.images], recipes.value);
}

async function currentLock(
  site: Site,
  { requests }: ImageJobs,
  options: LockOptions & { readonly update: boolean },
): Promise<Result<SiteLock>> {
  const file = lockFile(site);
  const kept = await readLock(file);
  if (!kept.ok) return kept;
  const { environment, progress, platforms, update } = options;
  const reason = reasonToResolve(kept.value, requests, { platforms, update });
  if (kept.value && reason === undefined) return succeed({ file, lock: kept.value });
  const cache = cacheDirectory(environment);
  const fresh = await resolveLock(requests, { cache, environment, progress, platforms });
  if (!fresh.ok) return fresh;
  await writeLock(file, fresh.value);
  const notice = rules.renewed.at(undefined, { file, reason: reason ?? '' });
  return succeed({ file, lock: fresh.value }, [...fresh.diagnostics, notice]);
}

function reasonToResolve(
  lock: Lock | undefined,
  requests: ImageJobs['requests'],
  { platforms, update }: { readonly platforms: Platforms; readonly update: boolean },
): string | undefined {
  if (!lock) return 'no lock exists';
  if (isStale(lock, requests, platforms)) return 'the packages in the inventory or the recipes have changed';
  return update ? '--update was given' : undefined;
}
