import { availableParallelism } from 'node:os';
import type { Distribution } from '../distributions/distribution.ts';
import type { Progress } from '../effects/progress.ts';
import { verifyPackage } from '../lock/fetch.ts';
import { Unreachable } from '../model/brand.ts';
import { conclude, type Diagnostic, type Result, succeed } from '../model/diagnostic.ts';
import { MalformedArchive } from '../oci/tar-reader.ts';
import { type ContentRequest, contentKey, createContent, readContent } from './content-cache.ts';
import type { LayerContent } from './layers.ts';
import { buildRules, isDiskFull } from './rules.ts';
import { startUnpacker, type Unpacker, UnpackFailed } from './unpacker.ts';

/** The package contents of all images; `of` throws if the content was not prepared. */
export type PackageContents = { of(request: ContentRequest): LayerContent };
/** The packages of one layer, sorted by name. */
export type Layer = readonly ContentRequest[];
type Options = { readonly cache: string; readonly progress: Progress };

/**
 * The package contents of some layers; creates those that the cache does not have, largest layer and largest package
 * first. Calls `onLayer` once for each layer, when its contents are ready. Diagnostics: build/package-broken,
 * build/disk-full, fetch/wrong-hash.
 */
export async function prepareContents(
  layers: readonly Layer[],
  options: Options,
  onLayer: (layer: Layer, contents: readonly LayerContent[]) => void,
): Promise<Result<PackageContents>> {
  const sorted = [...layers].sort((a, b) => bytesOf(b) - bytesOf(a));
  const requests = new Map(sorted.flatMap(largestFirst).map((one) => [contentKey(one), one]));
  const ready = new Map<string, LayerContent>();
  const missing: ContentRequest[] = [];
  for (const [key, request] of requests) {
    const index = readContent(options.cache, key);
    if (index) ready.set(key, { name: request.package.name, key, index, sha256: index.sha256 });
    else missing.push(request);
  }
  const awaited = new Set(sorted);
  const reportLayers = () => {
    for (const layer of awaited) {
      const contents = layer.flatMap((request) => ready.get(contentKey(request)) ?? []);
      if (contents.length === layer.length && awaited.delete(layer)) onLayer(layer, contents);
    }
  };
  reportLayers();
  const diagnostics = await createMissing(missing, options, (content) => {
    ready.set(content.key, content);
    reportLayers();
  });
  return conclude({ of: (request) => find(ready, contentKey(request)) }, diagnostics);
}

function largestFirst(layer: Layer): ContentRequest[] {
  return [...layer].sort((a, b) => b.package.size - a.package.size);
}

function bytesOf(layer: Layer): number {
  return layer.reduce((sum, one) => sum + one.package.size, 0);
}

/** Unpacks one package more than the number of processors in parallel: this thread reads one of them. */
async function createMissing(
  missing: readonly ContentRequest[],
  { cache, progress }: Options,
  onContent: (content: LayerContent) => void,
): Promise<Diagnostic[]> {
  const queue = [...missing];
  const step = progress.step('unpack', bytesOf(missing), 'bytes');
  const diagnostics: Diagnostic[] = [];
  const work = async () => {
    const unpackers = new Map<Distribution['unpacker'], Unpacker>();
    try {
      for (let next = queue.shift(); next && diagnostics.length === 0; next = queue.shift()) {
        const { unpacker: name } = next.distribution;
        const unpacker = unpackers.get(name) ?? startUnpacker(name);
        unpackers.set(name, unpacker);
        const result = await createOne(next, cache, unpacker);
        diagnostics.push(...result.diagnostics);
        if (result.ok) onContent(result.value);
        step.advance(next.package.size, next.package.name);
      }
    } finally {
      for (const unpacker of unpackers.values()) unpacker.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism() + 1, queue.length) }, work));
  step.done();
  return diagnostics.filter(
    ({ message }, index) => diagnostics.findIndex((d) => d.message === message) === index,
  );
}

async function createOne(
  request: ContentRequest,
  cache: string,
  unpacker: Unpacker,
): Promise<Result<LayerContent>> {
  const { package: locked } = request;
  const verified = await verifyPackage(locked, cache);
  if (!verified.ok) return verified;
  try {
    const index = await createContent(request, verified.value, cache, unpacker);
    return succeed({ name: locked.name, key: contentKey(request), index, sha256: index.sha256 });
  } catch (cause) {
    if (isDiskFull(cause))
      return { ok: false, diagnostics: [buildRules.diskFull.at(undefined, { directory: cache })] };
    if (!(cause instanceof UnpackFailed || cause instanceof MalformedArchive)) throw cause;
    const file = locked.path.split('/').at(-1) ?? locked.path;
    return {
      ok: false,
      diagnostics: [buildRules.packageBroken.at(undefined, { file, reason: cause.message })],
    };
  }
}

function find(ready: ReadonlyMap<string, LayerContent>, key: string): LayerContent {
  const content = ready.get(key);
  if (!content) throw new Unreachable(`package content ${key} was not prepared`);
  return content;
}
