import { createHash } from 'node:crypto';
import { type Sha256, sha256 } from '../model/brand.ts';
import type { Digest } from '../model/image.ts';

/** The sha256 of bytes, or of text in UTF-8. */
export function sha256Of(content: Uint8Array | string): Sha256 {
  return sha256(createHash('sha256').update(content).digest('hex'));
}

/** The digest in the form of descriptors: `sha256:<hex>` (OCI image-spec, descriptor.md). */
export function digestOf(content: Uint8Array | string): Digest {
  return `sha256:${sha256Of(content)}`;
}

/** The first digits of a digest, as in the name of a bundle's directory. */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 12);
}

/** The hexadecimal digits of a descriptor's digest. */
export function hexOf({ digest }: { readonly digest: Digest }): Sha256 {
  return sha256(digest.slice('sha256:'.length));
}
