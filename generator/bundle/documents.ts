import * as z from 'zod';
import type { Descriptor } from '../model/image.ts';

/*
 * The JSON documents of an OCI layout, as far as a bundle is made of them (image-spec 1.1: image-index.md, manifest.md,
 * descriptor.md). What is not named here is left out.
 */
const descriptor = z.object({
  mediaType: z.string(),
  digest: z.templateLiteral(['sha256:', z.string().regex(/^[0-9a-f]{64}$/)]),
  size: z.int().min(0),
  artifactType: z.string().exactOptional(),
  annotations: z.record(z.string(), z.string()).exactOptional(),
});
const index = z.object({ manifests: z.array(descriptor) });
const manifest = z.object({ config: descriptor, layers: z.array(descriptor) });

export type Index = z.infer<typeof index>;

/** A manifest and where it is. */
export type Manifest = {
  readonly descriptor: Descriptor;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
};

/** `index.json`; undefined where the text is none. */
export function parseIndex(text: string): Index | undefined {
  return parse(index, text);
}

/** An image's or an artifact's manifest; undefined where the text is none. */
export function parseManifest(place: Descriptor, text: string): Manifest | undefined {
  const parsed = parse(manifest, text);
  return parsed && { descriptor: place, ...parsed };
}

function parse<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
