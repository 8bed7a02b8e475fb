import type { Sha256 } from '../model/brand.ts';
import type { Descriptor, ImageRecipe } from '../model/image.ts';
import { sha256Of } from '../text/digest.ts';
import { type Blob, blobOf } from './blob.ts';
import { ENTRY_TIME } from './tar-header.ts';

export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
export const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json';

export type ImageDescription = {
  readonly recipe: Pick<ImageRecipe, 'title' | 'environment' | 'user' | 'entrypoint' | 'command'>;
  readonly name: string;
  readonly architecture: string;
  readonly platform: string;
  /** Seconds since 1970, for `created`. */
  readonly createdSeconds: number;
  /** Uncompressed, bottom first: a layer's digest is its diff id. */
  readonly layers: readonly Descriptor[];
};

/** `SOURCE_DATE_EPOCH` when it is a whole number (reproducible-builds.org specification), otherwise the fixed entry time. */
export function createdSeconds(sourceDateEpoch: string | undefined): number {
  return sourceDateEpoch !== undefined && /^\d{1,11}$/.test(sourceDateEpoch)
    ? Number(sourceDateEpoch)
    : ENTRY_TIME;
}

/** Configuration and manifest of an image (OCI image-spec 1.1: config.md, manifest.md, annotations.md). */
export function describeImage(image: ImageDescription): { config: Blob; manifest: Blob } {
  const created = new Date(image.createdSeconds * 1000).toISOString().replace('.000Z', 'Z');
  const { recipe, layers, architecture } = image;
  const config = {
    created,
    architecture,
    os: 'linux',
    config: {
      ...(recipe.user === '' ? {} : { User: recipe.user }),
      Env: Object.entries(recipe.environment)
        .map(([name, value]) => `${name}=${value}`)
        .sort(),
      ...(recipe.entrypoint.length > 0 && { Entrypoint: recipe.entrypoint }),
      ...(recipe.command.length > 0 && { Cmd: recipe.command }),
      WorkingDir: '/',
    },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.digest) },
  };
  const configBlob = blobOf(CONFIG_TYPE, JSON.stringify(config));
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: configBlob.descriptor,
    layers,
    annotations: {
      'io.pigsty.platform': image.platform,
      'org.opencontainers.image.created': created,
      'org.opencontainers.image.description': recipe.title,
      'org.opencontainers.image.title': image.name,
    },
  };
  const made = blobOf(MANIFEST_TYPE, JSON.stringify(manifest));
  const platform = { architecture, os: 'linux' };
  return { config: configBlob, manifest: { ...made, descriptor: { ...made.descriptor, platform } } };
}

/**
 * The name of the unpacked root file system: sha256 of the layers' diff ids, bottom first, each written as
 * `sha256:<hex>` and a newline.
 */
export function rootfsId(layers: readonly Descriptor[]): Sha256 {
  return sha256Of(layers.map((layer) => `${layer.digest}\n`).join(''));
}
