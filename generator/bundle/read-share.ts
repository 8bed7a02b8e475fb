import { type BlobStore, readBlobText } from '../effects/blob-store.ts';
import { type Result, succeed } from '../model/diagnostic.ts';
import type { Descriptor } from '../model/image.ts';
import { readImageRecords } from '../oci/line-manifest.ts';
import { type Index, type Manifest, parseManifest } from './documents.ts';
import { bundleRules } from './rules.ts';
import { findBundle, type HostShare, namedImages, selectImages, selectParts } from './select.ts';

/**
 * One host's share of a site, read from the site's index and the documents that it refers to; each is verified.
 * Diagnostics: export/no-host, bundle/incomplete. Throws a BlobFault.
 */
export async function readShare(index: Index, host: string, blobs: BlobStore): Promise<Result<HostShare>> {
  const bundle = findBundle(index, host);
  if (!bundle.ok) return bundle;
  const artifact = await readManifest(bundle.value, blobs);
  if (!artifact.ok) return artifact;
  const parts = selectParts(artifact.value);
  if (!parts.ok) return parts;
  const records = readImageRecords(await readBlobText(blobs, parts.value.manifest));
  const named = await Promise.all(namedImages(index, records).map((image) => readManifest(image, blobs)));
  const candidates = named.flatMap((image) => (image.ok ? [image.value] : []));
  const images = selectImages(candidates, records);
  if (!images.ok) return images;
  return succeed({ host, artifact: artifact.value, parts: parts.value, images: images.value });
}

async function readManifest(descriptor: Descriptor, blobs: BlobStore): Promise<Result<Manifest>> {
  const manifest = parseManifest(descriptor, await readBlobText(blobs, descriptor));
  if (manifest) return succeed(manifest);
  const missing = `a manifest at ${descriptor.digest}`;
  return { ok: false, diagnostics: [bundleRules.incomplete.at(undefined, { missing })] };
}
