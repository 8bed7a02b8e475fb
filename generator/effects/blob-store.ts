import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Descriptor } from '../model/image.ts';
import { blobPath } from '../oci/layout.ts';
import { hexOf } from '../text/digest.ts';
import { isErrno } from './files.ts';

/** Content by its digest: the directory of a layout, or a registry. */
export type BlobStore = {
  /** The stored bytes, not verified. Throws a {@link BlobFault} if the blob is missing. */
  open(descriptor: Descriptor): AsyncIterable<Uint8Array>;
};

/** A blob that is missing, or does not match its digest. */
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
        // A FIFO would wait for ever, and a link leads out of the layout.
        if (!(await lstat(path)).isFile()) throw new BlobFault('changed', descriptor);
        yield* createReadStream(path, { highWaterMark: CHUNK_BYTES });
      } catch (cause) {
        throw isErrno(cause, 'ENOENT') ? new BlobFault('missing', descriptor) : cause;
      }
    },
  };
}

/**
 * The bytes of a blob, verified while they are read. Throws a {@link BlobFault} at the end if they do not match the
 * descriptor, and earlier if there are more of them than its size.
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
