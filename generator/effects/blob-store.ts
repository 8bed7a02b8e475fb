import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { Descriptor } from '../model/image.ts';
import { blobPath } from '../oci/layout.ts';
import { hexOf } from '../text/digest.ts';
import { isErrno } from './files.ts';

/** Content by its digest: a layout's directory here, a registry elsewhere. */
export type BlobStore = {
  /** The bytes as they are kept, not verified. Throws a {@link BlobFault} where there are none. */
  open(descriptor: Descriptor): AsyncIterable<Uint8Array>;
};

/** A blob that is not there, or is not what its digest says. */
export class BlobFault extends Error {
  override readonly name = 'BlobFault';
  readonly fault: 'missing' | 'changed';
  readonly descriptor: Descriptor;

  constructor(fault: BlobFault['fault'], descriptor: Descriptor) {
    super(`${fault}: ${descriptor.digest}`);
    this.fault = fault;
    this.descriptor = descriptor;
  }
}

const CHUNK_BYTES = 1 << 20;

/** The blobs of an OCI layout in a directory (image-spec 1.1, image-layout.md). */
export function layoutBlobs(directory: string): BlobStore {
  return {
    async *open(descriptor) {
      const path = join(directory, blobPath(descriptor));
      try {
        yield* createReadStream(path, { highWaterMark: CHUNK_BYTES });
      } catch (cause) {
        throw isErrno(cause, 'ENOENT') ? new BlobFault('missing', descriptor) : cause;
      }
    },
  };
}

/**
 * The bytes of a blob on their way: the stream ends well only if all of them are what the descriptor says. Throws a
 * {@link BlobFault} otherwise, before a byte too many is handed on.
 */
export async function* verifiedBlob(blobs: BlobStore, descriptor: Descriptor): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of blobs.open(descriptor)) {
    size += chunk.length;
    if (size > descriptor.size) throw new BlobFault('changed', descriptor);
    hash.update(chunk);
    yield chunk;
  }
  if (size !== descriptor.size || hash.digest('hex') !== hexOf(descriptor))
    throw new BlobFault('changed', descriptor);
}

/** A small blob as text, verified. Throws a {@link BlobFault}. */
export async function readBlobText(blobs: BlobStore, descriptor: Descriptor): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of verifiedBlob(blobs, descriptor)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
