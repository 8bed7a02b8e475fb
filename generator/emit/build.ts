import { dirname, join } from 'node:path';
import type { Compiled } from '../compile.ts';
import { openKeyRing } from '../effects/key-ring.ts';
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
import { bundleHost, type HostBundle } from '../oci/bundle.ts';
import { renderHost } from '../stages/render.ts';
import { hostSecrets } from '../stages/secrets.ts';
import { loadSaslprep } from '../text/password.ts';
import type { Templates } from '../text/template.ts';
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
  readonly hosts: readonly {
    readonly ip: string;
    readonly name: string;
    readonly files: number;
    readonly bundle?: string;
  }[];
};

/**
 * Everything after the plan: keys, lock, images, files, bundles, in that order; `index.json` last.
 * Diagnostics: keys/*, lock/*, fetch/*, build/*. Throws on file system errors other than a full disk.
 */
export async function build({ site, plan }: Compiled, options: BuildOptions): Promise<Result<BuildSummary>> {
  const diagnostics: Diagnostic[] = [];
  const templates = await loadTemplates();
  const keys = await openKeys(site, plan.hosts, options);
  diagnostics.push(...keys.diagnostics);
  if (!keys.ok) return { ok: false, diagnostics };
  const directory = new SiteDirectory(options.out, site.name);
  await directory.open();
  const images = options.configOnly ? undefined : await buildSiteImages(site, plan, directory.blobs, options);
  diagnostics.push(...(images?.diagnostics ?? []));
  if (images && !images.ok) return { ok: false, diagnostics };
  const built = images?.value ?? [];
  const context = { site, templates, keys: keys.value, images: built, configOnly: options.configOnly };
  const hosts = [];
  const bundles: HostBundle[] = [];
  for (const [index, host] of plan.hosts.entries()) {
    const bundle = await emitHost(host, site.hosts[index], directory, context);
    if (bundle.carried) bundles.push(bundle.carried);
    hosts.push(bundle.summary);
  }
  if (!options.configOnly) await directory.writeIndex(built, bundles);
  return conclude({ directory: directory.path, images: built, hosts }, diagnostics);
}

type KeySettings = { readonly ca_cn: string; readonly cert_validity: string };

function openKeys(site: Site, hosts: readonly HostPlan[], options: BuildOptions): Promise<Result<KeyRing>> {
  const [first] = site.hosts;
  if (!first) throw new Unreachable('a site without hosts');
  const { ca_cn: caName, cert_validity: validity } = settingsOf<KeySettings>(first);
  const certificates = hosts.flatMap((host) => host.certificates);
  const validityDays = Number.parseInt(validity, 10);
  return openKeyRing(keyDirectory(site), certificates, { caName, validityDays, now: options.now });
}

/** `<inventory-stem>.pki/`, beside the inventory. */
export function keyDirectory(site: Site): string {
  return join(dirname(site.inventoryFile), `${site.name}.pki`);
}

type HostContext = {
  readonly site: Site;
  readonly templates: Templates;
  readonly keys: KeyRing;
  readonly images: readonly BuiltImage[];
  readonly configOnly: boolean;
};

/** `siteHost`: the host that is planned; plans are in the order of the site. */
async function emitHost(
  plan: HostPlan,
  siteHost: SiteHost | undefined,
  directory: SiteDirectory,
  context: HostContext,
) {
  const { site, templates, keys, images, configOnly } = context;
  if (siteHost?.ip !== plan.ip) throw new Unreachable(`no host ${plan.ip}`);
  const own = images.filter((image) => plan.images.some((use) => use.name === image.name));
  const imageRoots = new Map(plan.images.map((use) => [use.name, imageRoot(use.name, own)]));
  const secrets = hostSecrets(siteHost, modules);
  const saslprep = await loadSaslprep(secrets.values());
  const rendered = renderHost(plan, { templates, keys, secrets, saslprep, imageRoots });
  directory.writeHost(plan, rendered);
  const summary = { ip: plan.ip, name: plan.name, files: rendered.artifacts.length };
  if (configOnly) return { summary };
  const carried = bundleHost(site.name, plan, rendered, own);
  await directory.writeBundle(carried);
  return { carried, summary: { ...summary, bundle: carried.manifest.descriptor.digest } };
}

/** Trees are named by their content; without images (`--config-only`) the image's name stands in. */
function imageRoot(name: string, images: readonly BuiltImage[]): string {
  const image = images.find((candidate) => candidate.name === name);
  return `/var/lib/pigsty/images/${image?.rootfs ?? name}/rootfs`;
}
