import type { BuiltImage, Descriptor } from '../model/image.ts';
import { hexOf } from '../text/digest.ts';

/** The annotation that names an image of a layout (image-spec 1.1, annotations.md). */
export const NAME_ANNOTATION = 'org.opencontainers.image.ref.name';

/** The annotation of an index with the sha256 of what the site was built from. */
export const INPUTS_ANNOTATION = 'io.pigsty.inputs';

const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';

export const LAYOUT_FILE = '{"imageLayoutVersion":"1.0.0"}';

/** The path of a blob in the directory of a layout (image-spec 1.1, image-layout.md). */
export function blobPath(descriptor: Descriptor): string {
  return `blobs/sha256/${hexOf(descriptor)}`;
}

/** The text of index.json: every image under its name, then every host's bundle (image-spec 1.1, image-layout.md). */
export function indexText(
  images: readonly BuiltImage[],
  bundles: readonly Descriptor[],
  inputs: string,
): string {
  const named = images.map(({ name, manifest }) => ({
    ...manifest,
    annotations: { ...manifest.annotations, [NAME_ANNOTATION]: name },
  }));
  const index = {
    schemaVersion: 2,
    mediaType: INDEX_TYPE,
    manifests: [...named, ...bundles],
    annotations: { [INPUTS_ANNOTATION]: inputs },
  };
  return `${JSON.stringify(index, null, 2)}\n`;
}
