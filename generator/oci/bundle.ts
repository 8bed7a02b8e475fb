import type { Artifact, RenderedHost } from '../model/artifact.ts';
import { Unreachable } from '../model/brand.ts';
import type { BuiltImage } from '../model/image.ts';
import type { HostPlan } from '../model/plan.ts';
import { type ArchiveEntry, archiveWithParents, fileEntry } from './archive.ts';
import { type Blob, blobOf } from './blob.ts';
import { LAYER_TYPE } from './layer.ts';
import { archivePath, lineManifest, type SiteIdentity } from './line-manifest.ts';
import { MANIFEST_TYPE } from './manifest.ts';

/** One host's bundle: the OCI artifact and its parts (docs/bundle.md; OCI image-spec 1.1, "Guidance for an empty descriptor"). */
export type HostBundle = {
  readonly manifest: Blob;
  readonly config: Blob;
  readonly secrets: Blob;
  readonly agent: Blob;
  readonly empty: Blob;
  /** The OCI manifest that names the other blobs. */
  readonly artifact: Blob;
};

export const BUNDLE_TYPE = 'application/vnd.pigsty.bundle.v1';
/** The media types of the parts of a bundle. */
export const PART_TYPES = {
  manifest: 'application/vnd.pigsty.manifest.v1',
  config: LAYER_TYPE,
  secrets: 'application/vnd.pigsty.secrets.v1.tar',
  agent: 'application/vnd.pigsty.agent.v1',
} as const;
/** The annotation that names a bundle's host, by its address. */
export const HOST_ANNOTATION = 'io.pigsty.host';

const EMPTY_TYPE = 'application/vnd.oci.empty.v1+json';
const AGENT_PATH = 'bin/pigsty-agent';

/** The blobs of one host. `images` are the built images that the host uses. */
export function bundleHost(
  site: SiteIdentity,
  plan: HostPlan,
  rendered: RenderedHost,
  images: readonly BuiltImage[],
): HostBundle {
  const { artifacts } = rendered;
  const ids = new Map([['root', 0], ...plan.users.map((user): [string, number] => [user.name, user.uid])]);
  const archive = (isSecret: boolean) =>
    archiveWithParents(artifacts.filter((a) => a.isSecret === isSecret).map((a) => archiveEntry(a, ids)));
  const config = blobOf(PART_TYPES.config, archive(false));
  const secrets = blobOf(PART_TYPES.secrets, archive(true));
  const agent = blobOf(PART_TYPES.agent, contentOf(artifacts, AGENT_PATH));
  const archives = { config: config.descriptor, secrets: secrets.descriptor };
  const text = lineManifest({ site, plan, rendered, images, ...archives });
  const manifest = blobOf(PART_TYPES.manifest, text);
  const empty = blobOf(EMPTY_TYPE, '{}');
  const artifact = describeArtifact(plan, empty, [manifest, config, secrets, agent]);
  return { manifest, config, secrets, agent, empty, artifact };
}

function archiveEntry(artifact: Artifact, ids: ReadonlyMap<string, number>): ArchiveEntry {
  const gid = idOf(ids, artifact.group);
  return { ...fileEntry(archivePath(artifact), Buffer.from(artifact.content), artifact.mode), uid: 0, gid };
}

function idOf(ids: ReadonlyMap<string, number>, name: string): number {
  const id = ids.get(name);
  if (id === undefined) throw new Unreachable(`no user ${name} in the plan`);
  return id;
}

function contentOf(artifacts: readonly Artifact[], path: string): string {
  const artifact = artifacts.find((candidate) => candidate.path === path);
  if (!artifact) throw new Unreachable(`no file ${path}`);
  return artifact.content;
}

function describeArtifact(plan: HostPlan, empty: Blob, layers: readonly Blob[]): Blob {
  const annotations = { [HOST_ANNOTATION]: plan.ip, 'org.opencontainers.image.title': plan.name };
  const document = {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    artifactType: BUNDLE_TYPE,
    config: empty.descriptor,
    layers: layers.map((layer) => layer.descriptor),
    annotations,
  };
  const made = blobOf(MANIFEST_TYPE, JSON.stringify(document));
  return { ...made, descriptor: { ...made.descriptor, artifactType: BUNDLE_TYPE, annotations } };
}
