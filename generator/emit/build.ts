import { dirname, join } from 'node:path';
import { type Compiled, checkPlans, recordsOf } from '../compile.ts';
import { writeFileAtomic } from '../effects/files.ts';
import { expiryWarnings, type Renewal, renewalNotices } from '../effects/key-ring.ts';
import { loadAssets, loadTemplates } from '../effects/package-root.ts';
import type { Progress } from '../effects/progress.ts';
import type { Diagnostic, Result } from '../model/diagnostic.ts';
import { conclude } from '../model/diagnostic.ts';
import { groupsOf } from '../model/groups.ts';
import type { BuiltImage } from '../model/image.ts';
import type { Expiry } from '../model/keys.ts';
import type { Site } from '../model/site.ts';
import { EmitThreads } from './emit-threads.ts';
import type { HostSummary } from './host-emitter.ts';
import { SiteDirectory } from './site-directory.ts';
import { buildSiteImages, checkLock, siteInputs } from './site-images.ts';
import { openSiteKeys } from './site-keys.ts';

export type BuildOptions = {
  readonly out: string;
  readonly configOnly: boolean;
  readonly frozen: boolean;
  readonly now: Date;
  readonly environment: NodeJS.ProcessEnv;
  readonly progress: Progress;
};

export type BuildSummary = {
  readonly directory: string;
  readonly images: readonly BuiltImage[];
  readonly hosts: readonly HostSummary[];
};

/** Hosts per group: their keys are created in parallel, and their plans are in memory. */
const GROUP_SIZE = 16;

/**
 * The stages after the check: keys, lock, images, then plan, files and bundle of each host; `index.json` last.
 * Diagnostics: keys/*, lock/*, fetch/*, build/*. Throws on file system errors other than a full disk.
 */
export async function build({ site, plan }: Compiled, options: BuildOptions): Promise<Result<BuildSummary>> {
  const diagnostics: Diagnostic[] = [];
  if (options.frozen && !options.configOnly) {
    const lock = await checkLock(site, plan);
    if (!lock.ok) return lock;
  }
  const templates = await loadTemplates();
  const assets = await loadAssets();
  const keys = await openSiteKeys(site, options);
  diagnostics.push(...keys.diagnostics);
  if (!keys.ok) return { ok: false, diagnostics };
  const directory = new SiteDirectory(options.out, site.name);
  await directory.open();
  const images = options.configOnly ? undefined : await buildSiteImages(site, plan, directory.blobs, options);
  diagnostics.push(...(images?.diagnostics ?? []));
  if (images && !images.ok) return { ok: false, diagnostics };
  const built = images?.value ?? [];
  await writeRecords(site);
  const context = {
    out: options.out,
    site: site.name,
    templates,
    assets,
    images: built,
    configOnly: options.configOnly,
  };
  const renewals: Renewal[] = [];
  const expiries: Expiry[] = [];
  const threads = new EmitThreads(context, site.hosts.length);
  try {
    for (const group of groupsOf(plan.hosts, GROUP_SIZE)) {
      const problems = checkPlans(group, site);
      if (problems.length > 0) return { ok: false, diagnostics: [...diagnostics, ...problems] };
      await threads.add(
        await Promise.all(
          group.map(async ({ plan, secrets }) => {
            const { ring, renewals: renewed, notices } = await keys.value.keysFor(plan);
            diagnostics.push(...notices);
            renewals.push(...renewed);
            expiries.push(...ring.expiries);
            return { plan, secrets, keys: ring };
          }),
        ),
      );
    }
    diagnostics.push(...renewalNotices(renewals), ...expiryWarnings(expiries, options.now));
    const emitted = await threads.finish();
    const bundles = emitted.flatMap(({ bundle }) => bundle ?? []);
    if (!options.configOnly) await directory.writeIndex(built, bundles, await siteInputs(site));
    const hosts = emitted.map(({ summary }) => summary);
    await directory.keepHosts(hosts.map(({ ip }) => ip));
    return conclude({ directory: directory.path, images: built, hosts }, diagnostics);
  } finally {
    await threads.close();
  }
}

/** Before any bundle: a bundle that exists is never newer than the records. */
async function writeRecords(site: Site): Promise<void> {
  for (const { name, text } of recordsOf(site)) {
    if (site.files.get(name) === text) continue;
    await writeFileAtomic(join(dirname(site.inventoryFile), name), text);
  }
}
