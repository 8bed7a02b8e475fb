import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../effects/files.ts';
import { isSha256, type Sha256 } from '../model/brand.ts';
import type { Descriptor } from '../model/image.ts';
import { directoryHeaders, layerDescriptor, type NamedContent } from '../oci/layer.ts';
import { endOfArchive } from '../oci/tar-header.ts';
import { sha256Of } from '../text/digest.ts';
import { seal, unseal } from '../text/sealed.ts';
import { type BlobWriter, createBlob, hasBlob } from './blobs.ts';
import { contentFile, DamagedContent } from './content-cache.ts';

/** A package content of a layer, with its key in the cache and the sha256 of its file there. */
export type LayerContent = NamedContent & { readonly key: string; readonly sha256: Sha256 };
export type Directories = { readonly blobs: string; readonly cache: string };

const chunk = Buffer.alloc(1 << 20);

/** The key of a layer, from the keys of its contents in their order: equal keys, equal bytes. */
export function layerKey(contentKeys: readonly string[]): string {
  return sha256Of(contentKeys.join('\n'));
}

/**
 * Writes a layer as a blob: first the directories, then the content files, sorted by package name. A layer of an earlier
 * build is not written again. Throws DamagedContent and file system errors.
 */
export async function buildLayer(
  contents: readonly LayerContent[],
  { blobs, cache }: Directories,
): Promise<Descriptor> {
  const record = join(cache, 'layers', `${layerKey(contents.map((content) => content.key))}.sealed`);
  const known = readRecord(record);
  if (known && hasBlob(blobs, known)) return known;
  const blob = createBlob(blobs);
  try {
    blob.write(directoryHeaders(contents));
    for (const content of contents) appendContent(blob, content, cache);
    blob.write(endOfArchive());
    const { digest, size } = await blob.finish();
    await writeFileAtomic(record, seal(JSON.stringify({ digest, size })));
    return layerDescriptor(digest, size);
  } catch (cause) {
    blob.discard();
    throw cause;
  }
}

/** Hashes the content while it is copied. */
function appendContent(blob: BlobWriter, { key, sha256 }: LayerContent, cache: string): void {
  const hash = createHash('sha256');
  const file = openSync(contentFile(cache, key), 'r');
  try {
    for (let length = readSync(file, chunk); length > 0; length = readSync(file, chunk)) {
      hash.update(chunk.subarray(0, length));
      blob.write(chunk.subarray(0, length));
    }
  } finally {
    closeSync(file);
  }
  if (hash.digest('hex') !== sha256) throw new DamagedContent(key);
}

function readRecord(path: string): Descriptor | undefined {
  try {
    const { digest, size }: { digest: string; size: number } = JSON.parse(
      unseal(readFileSync(path, 'utf8')) ?? '{}',
    );
    return isSha256(digest) && Number.isSafeInteger(size) ? layerDescriptor(digest, size) : undefined;
  } catch {
    return undefined;
  }
}
