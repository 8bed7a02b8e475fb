import { imageName } from '../distributions/index.ts';
import type { RenderedHost } from '../model/artifact.ts';
import type { BuiltImage } from '../model/image.ts';
import type { KeyRing } from '../model/keys.ts';
import type { PlannedHost } from '../model/plan.ts';
import { bundleHost } from '../oci/bundle.ts';
import { ArtifactCache, renderHost } from '../stages/render.ts';
import { sha256Of } from '../text/digest.ts';
import { loadSaslprep } from '../text/password.ts';
import type { Assets, Templates } from '../text/template.ts';
import { SiteDirectory, type WrittenBundle } from './site-directory.ts';

/** Data that all hosts of a build share. It is plain data, like a job, because both are sent to worker threads. */
export type EmitContext = {
  readonly out: string;
  readonly site: string;
  readonly templates: Templates;
  readonly assets: Assets;
  readonly images: readonly BuiltImage[];
  readonly configOnly: boolean;
};

/** A planned host with its keys. */
export type HostJob = Pick<PlannedHost, 'plan' | 'secrets'> & { readonly keys: KeyRing };

export type HostSummary = {
  readonly ip: string;
  readonly name: string;
  readonly files: number;
  /** The digest of its line manifest, as `export` and the agent print it. */
  readonly bundle?: string;
};

export type EmittedHost = { readonly summary: HostSummary; readonly bundle?: WrittenBundle };

/** Renders hosts and writes them below `out/<site>/`. Throws on file system errors. */
export class HostEmitter {
  readonly #context: EmitContext;
  readonly #directory: SiteDirectory;
  readonly #known = new ArtifactCache();

  constructor(context: EmitContext) {
    this.#context = context;
    this.#directory = new SiteDirectory(context.out, context.site);
  }

  async emit(jobs: readonly HostJob[]): Promise<EmittedHost[]> {
    const emitted: EmittedHost[] = [];
    for (const job of jobs) emitted.push(await this.#emitOne(job));
    return emitted;
  }

  async #emitOne({ plan, keys, secrets }: HostJob): Promise<EmittedHost> {
    const { templates, assets, configOnly } = this.#context;
    const own = this.#context.images.filter((image) =>
      plan.images.some((use) => imageName(use) === image.name),
    );
    const imageRoots = new Map(plan.images.map((use) => [use.name, imageRoot(imageName(use), own)]));
    const saslprep = await loadSaslprep([...secrets.values()].map(({ text }) => text));
    const input = { templates, assets, keys, secrets, saslprep, imageRoots, isForNode: !configOnly };
    const rendered = renderHost(plan, { ...input, known: this.#known });
    this.#directory.writeHost(plan, rendered);
    const summary = { ip: plan.ip, name: plan.name, files: rendered.artifacts.length };
    if (configOnly) return { summary };
    const bundle = await this.#bundle({ plan, keys }, rendered, own);
    return { bundle: bundle.written, summary: { ...summary, bundle: bundle.digest } };
  }

  async #bundle(
    { plan, keys }: Omit<HostJob, 'secrets'>,
    rendered: RenderedHost,
    images: readonly BuiltImage[],
  ) {
    const site = { name: this.#context.site, id: siteIdOf(keys) };
    const hostBundle = bundleHost(site, plan, rendered, images);
    const written = await this.#directory.writeBundle(hostBundle);
    return { written, digest: hostBundle.manifest.descriptor.digest };
  }
}

/** Follows from the site key, which is made with the first build and stays: the name of the inventory may change. */
function siteIdOf({ siteKey }: KeyRing): string {
  return sha256Of(`pigsty site\0${Buffer.from(siteKey).toString('hex')}`).slice(0, 32);
}

/** A tree has the rootfs id of its image as its name; without images (`--config-only`), the image's name. */
function imageRoot(name: string, images: readonly BuiltImage[]): string {
  const image = images.find((candidate) => candidate.name === name);
  return `/var/lib/pigsty/images/${image?.rootfs ?? name}/rootfs`;
}
