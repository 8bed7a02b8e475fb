import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Manifest } from '../../generator/bundle/documents.ts';
import type { Descriptor } from '../../generator/model/image.ts';
import { type Blob, blobOf } from '../../generator/oci/blob.ts';
import { BUNDLE_TYPE, PART_TYPES } from '../../generator/oci/bundle.ts';
import { LAYER_TYPE } from '../../generator/oci/layer.ts';
import { blobPath, LAYOUT_FILE } from '../../generator/oci/layout.ts';
import { CONFIG_TYPE, MANIFEST_TYPE } from '../../generator/oci/manifest.ts';
import { hexOf } from '../../generator/text/digest.ts';

/* A small site: image `base` for both hosts, `etcd` for the first one, `nginx` for the second. */
export const HOSTS = ['10.10.10.10', '10.10.10.11'] as const;

export type SampleImage = { readonly manifest: Manifest; readonly blobs: readonly Blob[] };

export function sampleImage(name: string, ...contents: readonly string[]): SampleImage {
  const layers = contents.map((content) => blobOf(LAYER_TYPE, content));
  const config = blobOf(CONFIG_TYPE, JSON.stringify({ os: 'linux', name }));
  const annotations = { 'org.opencontainers.image.ref.name': name };
  const made = manifestBlob(config, layers, { annotations });
  return { manifest: made.manifest, blobs: [made.blob, config, ...layers] };
}

export type SampleBundle = SampleImage & { readonly parts: Readonly<Record<keyof typeof PART_TYPES, Blob>> };

export function sampleBundle(host: string, images: readonly SampleImage[]): SampleBundle {
  const lines = images.map(({ manifest: { descriptor, layers } }) => {
    const name = descriptor.annotations?.['org.opencontainers.image.ref.name'];
    return `image ${name} ${'0'.repeat(64)} ${layers.map(hexOf).join(',')}\n`;
  });
  const parts = {
    manifest: blobOf(PART_TYPES.manifest, `pigsty-bundle 1\nhost ${host} node\n${lines.join('')}`),
    config: blobOf(PART_TYPES.config, `configuration of ${host}`),
    secrets: blobOf(PART_TYPES.secrets, `secrets of ${host}`),
    agent: blobOf(PART_TYPES.agent, '#!/bin/sh\n'),
  };
  const empty = blobOf('application/vnd.oci.empty.v1+json', '{}');
  const extra = { artifactType: BUNDLE_TYPE, annotations: { 'io.pigsty.host': host } };
  const made = manifestBlob(empty, Object.values(parts), extra);
  return { parts, manifest: made.manifest, blobs: [made.blob, empty, ...Object.values(parts)] };
}

function manifestBlob(
  config: Blob,
  layers: readonly Blob[],
  extra: Partial<Descriptor>,
): { readonly manifest: Manifest; readonly blob: Blob } {
  const parts = { config: config.descriptor, layers: layers.map(({ descriptor }) => descriptor) };
  const blob = blobOf(MANIFEST_TYPE, JSON.stringify({ schemaVersion: 2, ...parts }));
  return { manifest: { descriptor: { ...blob.descriptor, ...extra }, ...parts }, blob };
}

/** The site; `bundles` in the order of {@link HOSTS}. */
export function sampleSite() {
  const [base, etcd, nginx] = [
    sampleImage('base', 'libc'),
    sampleImage('etcd', 'libc', 'etcd'),
    sampleImage('nginx', 'libc', 'nginx'),
  ];
  const bundles = [sampleBundle(HOSTS[0], [base, etcd]), sampleBundle(HOSTS[1], [base, nginx])] as const;
  const all = [base, etcd, nginx, ...bundles];
  return {
    base,
    etcd,
    nginx,
    bundles,
    index: { manifests: all.map(({ manifest }) => manifest.descriptor) },
    all,
  };
}

/** Writes the site as an OCI image layout. */
export function writeSampleSite(directory: string): ReturnType<typeof sampleSite> {
  const site = sampleSite();
  for (const { descriptor, bytes } of site.all.flatMap(({ blobs }) => blobs)) {
    const path = join(directory, blobPath(descriptor));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
  writeFileSync(join(directory, 'oci-layout'), LAYOUT_FILE);
  writeFileSync(join(directory, 'index.json'), JSON.stringify({ schemaVersion: 2, ...site.index }));
  return site;
}
