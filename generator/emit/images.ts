import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../effects/files.ts';
import type { Progress } from '../effects/progress.ts';
import type { ImageSpec } from '../lock/requests.ts';
import { conclude, type Diagnostic, type Result, succeed } from '../model/diagnostic.ts';
import type { BuiltImage, Descriptor } from '../model/image.ts';
import type { Lock } from '../model/lock.ts';
import { alternativeLinks } from '../oci/alternatives.ts';
import { type Blob, blobOf } from '../oci/blob.ts';
import { contentOfRecipe, imageFilesLayer } from '../oci/image-files.ts';
import { entriesByPath, findConflicts, LAYER_TYPE } from '../oci/layer.ts';
import { createdSeconds, describeImage, rootfsId } from '../oci/manifest.ts';
import { missingPrograms } from '../oci/programs.ts';
import { seal, unseal } from '../text/sealed.ts';
import { hasBlob, putBlob, sweepTemporaries } from './blobs.ts';
import { contentKey, DamagedContent, discardContent, readContentFile } from './content-cache.ts';
import { type ImagePlan, planImage } from './image-plan.ts';
import { buildLayer, type Directories, type LayerContent, layerKey } from './layers.ts';
import { type PackageContents, prepareContents } from './package-contents.ts';
import { buildRules, isDiskFull } from './rules.ts';

export type BuildOptions = {
  /** `blobs/sha256` of the layout that the images are written to. */
  readonly blobs: string;
  /** The cache directory of this product. */
  readonly cache: string;
  readonly progress: Progress;
  /** The time for `created`, if the environment sets it (reproducible-builds.org specification). */
  readonly sourceDateEpoch?: string | undefined;
};

const CERTIFICATES = /^usr\/share\/ca-certificates\/mozilla\/[^/]+\.crt$/;

/**
 * Writes the images as blobs of a layout, in the order of `specs`; unchanged images are not written again. The packages
 * must be in the cache (`fetchPackages`). Diagnostics: build/disk-full, build/file-conflict, build/program-missing,
 * build/package-broken, fetch/wrong-hash. On an error no manifest is written.
 */
export async function buildImages(
  specs: readonly ImageSpec[],
  lock: Lock,
  options: BuildOptions,
): Promise<Result<readonly BuiltImage[]>> {
  const created = createdSeconds(options.sourceDateEpoch);
  const plans = specs.map((spec) => planImage(spec, lock, created));
  const isWhole = blobChecker(options.blobs);
  const known = new Map(plans.map((plan) => [plan.key, readKnownImage(plan, options.cache, isWhole)]));
  const changed = plans.filter((plan) => !known.get(plan.key));
  try {
    const built =
      changed.length > 0 ? await buildUndamaged(changed, options) : succeed(new Map<string, BuiltImage>());
    if (!built.ok) return built;
    const images = plans.flatMap(({ key }) => known.get(key) ?? built.value.get(key) ?? []);
    return succeed(images);
  } catch (cause) {
    if (!isDiskFull(cause)) throw cause;
    return { ok: false, diagnostics: [buildRules.diskFull.at(undefined, { directory: options.blobs })] };
  }
}

/** A content of the cache that has changed is made again from its package. */
async function buildUndamaged(
  plans: readonly ImagePlan[],
  options: BuildOptions,
): Promise<Result<ReadonlyMap<string, BuiltImage>>> {
  for (;;) {
    try {
      return await buildChanged(plans, options);
    } catch (cause) {
      if (!(cause instanceof DamagedContent)) throw cause;
      discardContent(options.cache, cause.key);
    }
  }
}

async function buildChanged(
  plans: readonly ImagePlan[],
  options: BuildOptions,
): Promise<Result<ReadonlyMap<string, BuiltImage>>> {
  for (const directory of [options.blobs, join(options.cache, 'members')]) sweepTemporaries(directory);
  const wanted = new Map(plans.flatMap((plan) => plan.layers).map((layer) => [keyOfLayer(layer), layer]));
  const assembly = new Assembly(options);
  const contents = await prepareContents([...wanted.values()], options, (layer, ready) =>
    assembly.start(keyOfLayer(layer), ready),
  );
  const layers = await assembly.finish();
  if (!contents.ok) return contents;
  const diagnostics = plans.flatMap((plan) => problems(plan, contents.value));
  if (diagnostics.length > 0) return conclude(new Map(), diagnostics);
  const images = new Map<string, BuiltImage>();
  for (const plan of plans) images.set(plan.key, await buildImage(plan, contents.value, layers, options));
  return succeed(images);
}

/** Layers in progress. Each is written without a pause; the wait for the disk overlaps with the unpacking of packages. */
class Assembly {
  readonly #options: BuildOptions;
  readonly #building: Promise<readonly [key: string, layer: Descriptor]>[] = [];

  constructor(options: BuildOptions) {
    this.#options = options;
  }

  start(key: string, contents: readonly LayerContent[]): void {
    const building = buildLayer(contents, this.#options).then((layer) => [key, layer] as const);
    building.catch(() => undefined);
    this.#building.push(building);
  }

  /** Waits for all layers and returns them by key. Throws the error of the first layer that failed. */
  async finish(): Promise<ReadonlyMap<string, Descriptor>> {
    const step = this.#options.progress.step('assemble', this.#building.length);
    const watched = this.#building.map((building) => building.then(() => step.advance(1)));
    const settled = await Promise.allSettled(watched);
    step.done();
    const failure = settled.find((one) => one.status === 'rejected');
    if (failure) throw failure.reason;
    return new Map(await Promise.all(this.#building));
  }
}

async function buildImage(
  plan: ImagePlan,
  contents: PackageContents,
  layersByKey: ReadonlyMap<string, Descriptor>,
  options: Directories,
): Promise<BuiltImage> {
  const layers = plan.layers.flatMap((layer) => layersByKey.get(keyOfLayer(layer)) ?? []);
  const files = filesLayer(plan, contents, options.cache);
  await putBlob(options.blobs, files);
  layers.push(files.descriptor);
  const { spec, architecture, merged: recipe } = plan;
  const { name, platform } = spec;
  const seconds = plan.createdSeconds;
  const described = describeImage({ recipe, name, architecture, platform, createdSeconds: seconds, layers });
  await putBlob(options.blobs, described.config);
  await putBlob(options.blobs, described.manifest);
  const { descriptor: manifest } = described.manifest;
  const built = { name, manifest, config: described.config.descriptor, layers, rootfs: rootfsId(layers) };
  await writeFileAtomic(imageRecord(options.cache, plan.key), seal(JSON.stringify(built)));
  return built;
}

function filesLayer(plan: ImagePlan, contents: PackageContents, cache: string): Blob {
  const all = allContents(plan, contents);
  const present = new Set(all.flatMap(({ index }) => index.directories.map((directory) => directory.path)));
  const layer = imageFilesLayer({
    recipe: withAlternatives(plan, all),
    aliases: plan.distribution.paths.aliases,
    controls: [...all].sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ index }) => index.control),
    certificates: readCertificates(all, cache),
    isPresent: (path) => present.has(path),
  });
  return blobOf(LAYER_TYPE, layer);
}

/** The recipe with the links that install scripts would make. */
function withAlternatives(plan: ImagePlan, contents: readonly LayerContent[]): ImagePlan['merged'] {
  const { merged } = plan;
  const own = new Set(merged.links.map(({ path }) => path));
  const links = alternativeLinks(contents, plan.distribution.paths).filter(({ path }) => !own.has(path));
  return { ...merged, links: [...merged.links, ...links] };
}

function readCertificates(contents: readonly LayerContent[], cache: string): Buffer[] {
  const authorities = contents.find(({ name }) => name === 'ca-certificates');
  if (!authorities) return [];
  const bytes = readContentFile(cache, authorities.key, authorities.sha256);
  return authorities.index.entries
    .filter(({ path, kind }) => kind === 'file' && CERTIFICATES.test(path))
    .map(({ size, offset }) => bytes.subarray(offset, offset + size));
}

function problems(plan: ImagePlan, contents: PackageContents): Diagnostic[] {
  const image = plan.spec.name;
  const all = allContents(plan, contents);
  const conflicts = findConflicts([...all, contentOfRecipe(plan.merged)]).map(({ path, packages }) =>
    buildRules.fileConflict.at(undefined, { image, path, packages }),
  );
  const recipe = withAlternatives(plan, all);
  const missing = missingPrograms(recipe, all, plan.distribution.paths).map((program) =>
    buildRules.programMissing.at(undefined, { image, program, recipe: plan.spec.recipe.file }),
  );
  const entries = entriesByPath(all);
  const links = new Set(recipe.links.map(({ path }) => path.slice(1)));
  const absent = plan.spec.needs
    .filter(({ path }) => !entries.has(path) && !links.has(path))
    .map(({ path, name, place }) => buildRules.fileMissing.at(place, { image, name, path }));
  return [...conflicts, ...missing, ...absent];
}

function keyOfLayer(layer: ImagePlan['layers'][number]): string {
  return layerKey(layer.map(contentKey));
}

function layerContents(layer: ImagePlan['layers'][number], contents: PackageContents): LayerContent[] {
  return layer.map((request) => contents.of(request));
}

function allContents(plan: ImagePlan, contents: PackageContents): LayerContent[] {
  return plan.layers.flatMap((layer) => layerContents(layer, contents));
}

function imageRecord(cache: string, key: string): string {
  return join(cache, 'images', `${key}.sealed`);
}

/** Reads each blob once: images share layers. */
function blobChecker(blobs: string): (part: Descriptor) => boolean {
  const checked = new Map<string, boolean>();
  return (part) => {
    const isWhole = checked.get(part.digest) ?? hasBlob(blobs, part);
    checked.set(part.digest, isWhole);
    return isWhole;
  };
}

/** The image of an earlier build, if all its blobs exist with their bytes. */
function readKnownImage(
  plan: ImagePlan,
  cache: string,
  isWhole: (part: Descriptor) => boolean,
): BuiltImage | undefined {
  try {
    const text = unseal(readFileSync(imageRecord(cache, plan.key), 'utf8'));
    if (text === undefined) return undefined;
    const built: BuiltImage = JSON.parse(text);
    const parts = [built.manifest, built.config, ...built.layers];
    return parts.every(isWhole) ? built : undefined;
  } catch {
    return undefined;
  }
}
