import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../effects/files.ts';
import { isSha256 } from '../model/brand.ts';
import type { Descriptor } from '../model/image.ts';
import { directoryHeaders, layerDescriptor, type NamedMember } from '../oci/layer.ts';
import { endOfArchive } from '../oci/tar-header.ts';
import { sha256Of } from '../text/digest.ts';
import { type BlobWriter, createBlob, hasBlob } from './blobs.ts';
import { memberFile } from './member-cache.ts';

/** A member of a layer and its name in the cache. */
export type LayerMember = NamedMember & { readonly key: string };
export type Directories = { readonly blobs: string; readonly cache: string };

const chunk = Buffer.alloc(1 << 20);

/** Names a layer by its members in their order: equal keys, equal bytes. */
export function layerKey(memberKeys: readonly string[]): string {
  return sha256Of(memberKeys.join('\n'));
}

/**
 * The layer of some members, sorted by package name, as a blob: directories, then member files one after the other.
 * A layer that was built before and is still there is only looked at. Throws file system errors.
 */
export async function buildLayer(
  members: readonly LayerMember[],
  { blobs, cache }: Directories,
): Promise<Descriptor> {
  const record = join(cache, 'layers', `${layerKey(members.map((member) => member.key))}.json`);
  const known = readRecord(record);
  if (known && hasBlob(blobs, known)) return known;
  const blob = createBlob(blobs);
  try {
    blob.write(directoryHeaders(members));
    for (const { key } of members) appendFile(blob, memberFile(cache, key));
    blob.write(endOfArchive());
    const { digest, size } = await blob.finish();
    await writeFileAtomic(record, JSON.stringify({ digest, size }));
    return layerDescriptor(digest, size);
  } catch (cause) {
    blob.discard();
    throw cause;
  }
}

function appendFile(blob: BlobWriter, path: string): void {
  const file = openSync(path, 'r');
  try {
    for (let length = readSync(file, chunk); length > 0; length = readSync(file, chunk)) {
      blob.write(chunk.subarray(0, length));
    }
  } finally {
    closeSync(file);
  }
}

function readRecord(path: string): Descriptor | undefined {
  try {
    const { digest, size }: { digest: string; size: number } = JSON.parse(readFileSync(path, 'utf8'));
    return isSha256(digest) && Number.isSafeInteger(size) ? layerDescriptor(digest, size) : undefined;
  } catch {
    return undefined;
  }
}
