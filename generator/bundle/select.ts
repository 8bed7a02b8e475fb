import { conclude, type Diagnostic, type Result, succeed } from '../model/diagnostic.ts';
import type { Descriptor } from '../model/image.ts';
import { BUNDLE_TYPE, HOST_ANNOTATION, PART_TYPES } from '../oci/bundle.ts';
import { NAME_ANNOTATION } from '../oci/layout.ts';
import type { ImageRecord } from '../oci/line-manifest.ts';
import { MANIFEST_TYPE } from '../oci/manifest.ts';
import type { Index, Manifest } from './documents.ts';
import { bundleRules } from './rules.ts';

/** The parts of one host's bundle, without its images. */
export type BundleParts = Readonly<Record<keyof typeof PART_TYPES, Descriptor>>;

/** One host's share of a site: its artifact, the artifact's parts, and the images that it names. */
export type HostShare = {
  readonly host: string;
  readonly artifact: Manifest;
  readonly parts: BundleParts;
  readonly images: readonly Manifest[];
};

const PART_NAMES = {
  manifest: 'the line manifest',
  config: 'the configuration',
  secrets: 'the archive of secrets',
  agent: 'the agent',
} as const;

/** The artifact of a host in a site's index. Diagnostics: export/no-host. */
export function findBundle({ manifests }: Index, host: string): Result<Descriptor> {
  const bundles = manifests.filter((entry) => entry.artifactType === BUNDLE_TYPE);
  const found = bundles.find((entry) => entry.annotations?.[HOST_ANNOTATION] === host);
  if (found) return succeed(found);
  const known = bundles.flatMap((entry) => entry.annotations?.[HOST_ANNOTATION] ?? []).join(', ');
  return { ok: false, diagnostics: [bundleRules.noHost.at(undefined, { host, known })] };
}

/** The parts of an artifact, each the one layer of its media type. Diagnostics: bundle/incomplete. */
export function selectParts({ layers }: Manifest): Result<BundleParts> {
  const diagnostics: Diagnostic[] = [];
  const only = (part: keyof typeof PART_TYPES): Descriptor[] => {
    const found = layers.filter((layer) => layer.mediaType === PART_TYPES[part]);
    if (found.length === 1) return found;
    const missing = `${PART_NAMES[part]} (one layer of ${PART_TYPES[part]})`;
    diagnostics.push(bundleRules.incomplete.at(undefined, { missing }));
    return [];
  };
  const [[manifest], [config], [secrets], [agent]] = [
    only('manifest'),
    only('config'),
    only('secrets'),
    only('agent'),
  ];
  return manifest && config && secrets && agent
    ? conclude({ manifest, config, secrets, agent }, diagnostics)
    : { ok: false, diagnostics };
}

/** The images of an index that have the names of some records. */
export function namedImages({ manifests }: Index, records: readonly ImageRecord[]): Descriptor[] {
  const names = new Set<string | undefined>(records.map(({ name }) => name));
  return manifests.filter(
    ({ mediaType, annotations }) => mediaType === MANIFEST_TYPE && names.has(annotations?.[NAME_ANNOTATION]),
  );
}

/** Of the candidates, in their order, those with the name and layers of a record. Diagnostics: bundle/incomplete. */
export function selectImages(
  candidates: readonly Manifest[],
  records: readonly ImageRecord[],
): Result<readonly Manifest[]> {
  const isMatch = (image: Manifest, { name, layers }: ImageRecord) =>
    image.descriptor.annotations?.[NAME_ANNOTATION] === name &&
    image.layers.map(({ digest }) => digest).join() === layers.join();
  const missing = records.filter((record) => !candidates.some((image) => isMatch(image, record)));
  return conclude(
    candidates.filter((image) => records.some((record) => isMatch(image, record))),
    missing.map(({ name }) =>
      bundleRules.incomplete.at(undefined, {
        missing: `image ${name} with the layers of the bundle`,
      }),
    ),
  );
}
