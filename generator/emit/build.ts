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
import { bundleHost } from '../oci/bundle.ts';
import { type KnownArtifacts, renderHost } from '../stages/render.ts';
import { hostSecrets } from '../stages/secrets.ts';
import { loadSaslprep } from '../text/password.ts';
import type { Templates } from '../text/template.ts';
import { SiteDirectory, type WrittenBundle } from './site-directory.ts';
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

type HostSummary = {
  readonly ip: string;
  readonly name: string;
  readonly files: number;
  readonly bundle?: string;
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
  const { configOnly } = options;
  const context = { site, templates, images: built, known: new Map(), configOnly };
  const hosts: HostSummary[] = [];
  const bundles: WrittenBundle[] = [];
  for (const plans of groupsOf(plan.hosts, HOSTS_AT_ONCE)) {
    const rings = await Promise.all(plans.map((host) => keys.value.ringFor(host.certificates)));
    diagnostics.push(...rings.flatMap(({ notices }) => notices));
    for (const [index, host] of plans.entries()) {
      const own = { siteHost: site.hosts[hosts.length], keys: rings[index]?.ring };
      const { bundle, summary } = await emitHost(host, own, directory, context);
      if (bundle) bundles.push(bundle);
      hosts.push(summary);
    }
  }
  if (!options.configOnly) await directory.writeIndex(built, bundles);
  return conclude({ directory: directory.path, images: built, hosts }, diagnostics);
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

type SiteContext = {
  readonly site: Site;
  readonly templates: Templates;
  readonly images: readonly BuiltImage[];
  readonly known: KnownArtifacts;
  readonly configOnly: boolean;
};

/** `siteHost`: the host that is planned; plans are in the order of the site. */
type HostContext = { readonly siteHost: SiteHost | undefined; readonly keys: KeyRing | undefined };

async function emitHost(
  plan: HostPlan,
  { siteHost, keys }: HostContext,
  directory: SiteDirectory,
  { site, templates, images, known, configOnly }: SiteContext,
): Promise<{ readonly summary: HostSummary; readonly bundle?: WrittenBundle }> {
  if (siteHost?.ip !== plan.ip || !keys) throw new Unreachable(`no host ${plan.ip}`);
  const own = images.filter((image) => plan.images.some((use) => use.name === image.name));
  const imageRoots = new Map(plan.images.map((use) => [use.name, imageRoot(use.name, own)]));
  const secrets = hostSecrets(siteHost, modules);
  const saslprep = await loadSaslprep(secrets.values());
  const rendered = renderHost(plan, { templates, keys, secrets, saslprep, imageRoots, known });
  directory.writeHost(plan, rendered);
  const summary = { ip: plan.ip, name: plan.name, files: rendered.artifacts.length };
  if (configOnly) return { summary };
  const bundle = await directory.writeBundle(bundleHost(site.name, plan, rendered, own));
  return { bundle, summary: { ...summary, bundle: bundle.artifact.digest } };
}

/** Trees are named by their content; without images (`--config-only`) the image's name stands in. */
function imageRoot(name: string, images: readonly BuiltImage[]): string {
  const image = images.find((candidate) => candidate.name === name);
  return `/var/lib/pigsty/images/${image?.rootfs ?? name}/rootfs`;
}
