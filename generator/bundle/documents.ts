import * as z from 'zod';
import type { Descriptor } from '../model/image.ts';

/*
 * The JSON documents of an OCI layout, with the properties that a bundle needs (image-spec 1.1: image-index.md, manifest.md,
 * descriptor.md). Other properties are dropped.
 */
const descriptor = z.object({
  mediaType: z.string(),
  digest: z.templateLiteral(['sha256:', z.string().regex(/^[0-9a-f]{64}$/)]),
  size: z.int().min(0),
  artifactType: z.string().exactOptional(),
  annotations: z.record(z.string(), z.string()).exactOptional(),
});
const index = z.object({
  manifests: z.array(descriptor),
  annotations: z.record(z.string(), z.string()).exactOptional(),
});
const manifest = z.object({ config: descriptor, layers: z.array(descriptor) });

export type Index = z.infer<typeof index>;

/** A manifest and its descriptor. */
export type Manifest = {
  readonly descriptor: Descriptor;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
};

/** `index.json`; undefined if the text is not a valid index. */
export function parseIndex(text: string): Index | undefined {
  return parse(index, text);
}

/** The manifest of an image or artifact; undefined if the text is not a valid manifest. */
export function parseManifest(location: Descriptor, text: string): Manifest | undefined {
  const parsed = parse(manifest, text);
  return parsed && { descriptor: location, ...parsed };
}

function parse<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
