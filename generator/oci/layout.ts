import type { BuiltImage, Descriptor } from '../model/image.ts';

export const LAYOUT_FILE = '{"imageLayoutVersion":"1.0.0"}';

/** The text of index.json: every image under its name, then every host's bundle (image-spec 1.1, image-layout.md). */
export function indexText(images: readonly BuiltImage[], bundles: readonly Descriptor[]): string {
  const named = images.map(({ name, manifest }) => ({
    ...manifest,
    annotations: { ...manifest.annotations, 'org.opencontainers.image.ref.name': name },
  }));
  const index = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [...named, ...bundles],
  };
  return `${JSON.stringify(index, null, 2)}\n`;
}
