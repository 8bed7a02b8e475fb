import { dirname, join } from 'node:path';
import type { Compiled } from '../compile.ts';
import { type Keys, openKeys } from '../effects/key-ring.ts';
import { loadTemplates } from '../effects/package-root.ts';
import type { Progress } from '../effects/progress.ts';
import { Unreachable } from '../model/brand.ts';
import type { Diagnostic, Result } from '../model/diagnostic.ts';
import { conclude } from '../model/diagnostic.ts';
import type { BuiltImage } from '../model/image.ts';
import type { KeyRing } from '../model/keys.ts';
import { settingsOf } from '../model/module.ts';
import type { HostPlan } from '../model/plan.ts';
import type { Site, SiteHost } from '../model/site.ts';
import { modules } from '../modules/index.ts';
import { hostSecrets } from '../stages/secrets.ts';
import { EmitThreads } from './emit-threads.ts';
import type { HostOrder, HostSummary } from './host-emitter.ts';
import { SiteDirectory } from './site-directory.ts';
import { buildSiteImages } from './site-images.ts';

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

/** So many hosts have their keys made side by side, and so many plans are in memory. */
const HOSTS_AT_ONCE = 16;

/**
 * Everything after the check: keys, lock, images, then host by host plan, files and bundle; `index.json` last.
 * Diagnostics: keys/*, lock/*, fetch/*, build/*. Throws on file system errors other than a full disk.
 */
export async function build({ site, plan }: Compiled, options: BuildOptions): Promise<Result<BuildSummary>> {
  const diagnostics: Diagnostic[] = [];
  const templates = await loadTemplates();
  const keys = await openSiteKeys(site, options);
  diagnostics.push(...keys.diagnostics);
  if (!keys.ok) return { ok: false, diagnostics };
  const directory = new SiteDirectory(options.out, site.name);
  await directory.open();
  const images = options.configOnly ? undefined : await buildSiteImages(site, plan, directory.blobs, options);
  diagnostics.push(...(images?.diagnostics ?? []));
  if (images && !images.ok) return { ok: false, diagnostics };
  const built = images?.value ?? [];
  const context = {
    out: options.out,
    site: site.name,
    templates,
    images: built,
    configOnly: options.configOnly,
  };
  const threads = new EmitThreads(context, site.hosts.length);
  try {
    let ordered = 0;
    for (const plans of groupsOf(plan.hosts, HOSTS_AT_ONCE)) {
      const rings = await Promise.all(plans.map((host) => keys.value.ringFor(host)));
      diagnostics.push(...rings.flatMap(({ notices }) => notices));
      const orders = plans.map((host, index) =>
        orderOf(host, site.hosts[ordered + index], rings[index]?.ring),
      );
      ordered += orders.length;
      await threads.add(orders);
    }
    const emitted = await threads.finish();
    const bundles = emitted.flatMap(({ bundle }) => bundle ?? []);
    if (!options.configOnly) await directory.writeIndex(built, bundles);
    const hosts = emitted.map(({ summary }) => summary);
    return conclude({ directory: directory.path, images: built, hosts }, diagnostics);
  } finally {
    await threads.close();
  }
}

/** `siteHost`: the host that is planned; plans are in the order of the site. */
function orderOf(plan: HostPlan, siteHost: SiteHost | undefined, keys: KeyRing | undefined): HostOrder {
  if (siteHost?.ip !== plan.ip || !keys) throw new Unreachable(`no host ${plan.ip}`);
  return { plan, keys, secrets: hostSecrets(siteHost, modules) };
}

type KeySettings = { readonly ca_cn: string; readonly cert_validity: string };

function openSiteKeys(site: Site, { now }: BuildOptions): Promise<Result<Keys>> {
  const [first] = site.hosts;
  if (!first) throw new Unreachable('a site without hosts');
  const { ca_cn: caName, cert_validity: validity } = settingsOf<KeySettings>(first);
  const validityDays = Number.parseInt(validity, 10);
  return openKeys(keyDirectory(site), { caName, validityDays, now });
}

/** `<inventory-stem>.pki/`, beside the inventory. */
export function keyDirectory(site: Site): string {
  return join(dirname(site.inventoryFile), `${site.name}.pki`);
}

function* groupsOf<T>(items: Iterable<T>, size: number): Generator<readonly T[]> {
  let group: T[] = [];
  for (const item of items) {
    group.push(item);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}
