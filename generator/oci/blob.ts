import type { Descriptor } from '../model/image.ts';
import { digestOf } from '../text/digest.ts';

/** A blob of a layout, in memory. */
export type Blob = { readonly descriptor: Descriptor; readonly bytes: Buffer };

export function blobOf(mediaType: string, content: Uint8Array | string): Blob {
  const bytes = Buffer.from(content);
  return { descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length }, bytes };
}
