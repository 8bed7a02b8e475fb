import { createHash } from 'node:crypto';
import type { Artifact, RenderedHost, UnitDigests } from '../model/artifact.ts';
import { Unreachable } from '../model/brand.ts';
import type { BuiltImage, Descriptor } from '../model/image.ts';
import type { DirectoryPlan, HostPlan, UnitPlan, UserPlan } from '../model/plan.ts';
import { octal } from '../text/mode.ts';
import { type ArchiveEntry, writeArchive } from './archive.ts';
import { digestOf } from './image-files.ts';
import { MANIFEST_TYPE } from './manifest.ts';

/*
 * One host's bundle: the line manifest that the agent reads, and the OCI artifact that carries it
 * (docs/bundle.md; OCI image-spec 1.1, "Guidance for an empty descriptor").
 */
export type Blob = { readonly descriptor: Descriptor; readonly bytes: Buffer };

export type HostBundle = {
  readonly manifest: Blob;
  readonly config: Blob;
  readonly secrets: Blob;
  readonly agent: Blob;
  readonly empty: Blob;
  /** The OCI manifest over the four. */
  readonly artifact: Blob;
};

const BUNDLE_TYPE = 'application/vnd.pigsty.bundle.v1';
const AGENT_PATH = 'bin/pigsty-agent';

/** The blobs of one host. `images` are those that the host uses, built. */
export function bundleHost(
  site: string,
  plan: HostPlan,
  rendered: RenderedHost,
  images: readonly BuiltImage[],
): HostBundle {
  const ids = new Map([['root', 0], ...plan.users.map((user): [string, number] => [user.name, user.uid])]);
  const entry = (artifact: Artifact) => archiveEntry(artifact, ids);
  const config = blob(
    'application/vnd.oci.image.layer.v1.tar',
    writeArchive(rendered.artifacts.filter((a) => !a.isSecret).map(entry)),
  );
  const secrets = blob(
    'application/vnd.pigsty.secrets.v1.tar',
    writeArchive(rendered.artifacts.filter((a) => a.isSecret).map(entry)),
  );
  const agent = blob(
    'application/vnd.pigsty.agent.v1',
    Buffer.from(contentOf(rendered.artifacts, AGENT_PATH)),
  );
  const lines = manifestLines(site, plan, rendered, images, { config, secrets });
  const manifest = blob(
    'application/vnd.pigsty.manifest.v1',
    Buffer.from(lines.map((line) => `${line}\n`).join('')),
  );
  const empty = blob('application/vnd.oci.empty.v1+json', Buffer.from('{}'));
  const artifact = describeArtifact(plan, empty, [manifest, config, secrets, agent]);
  return { manifest, config, secrets, agent, empty, artifact };
}

/** Where a file stands in the generation's archives: measured ones are scripts below `measure/`. */
export function archivePath(artifact: Artifact): string {
  return artifact.isMeasured ? `measure/${artifact.path}` : artifact.path;
}

function archiveEntry(artifact: Artifact, ids: ReadonlyMap<string, number>): ArchiveEntry {
  const uid = idOf(ids, artifact.owner);
  const gid = idOf(ids, artifact.group);
  const content = Buffer.from(artifact.content);
  return { path: archivePath(artifact), mode: artifact.mode, uid, gid, content };
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

function manifestLines(
  site: string,
  plan: HostPlan,
  rendered: RenderedHost,
  images: readonly BuiltImage[],
  archives: { readonly config: Blob; readonly secrets: Blob },
): string[] {
  const digests = new Map(rendered.units.map((unit) => [unit.name, unit]));
  return [
    'pigsty-bundle 1',
    record('site', site),
    record('host', plan.ip, plan.name),
    ...(plan.setsHostName ? [record('hostname', plan.name)] : []),
    ...(plan.timezone === '' ? [] : [record('timezone', plan.timezone)]),
    record('disk', plan.directories.find((directory) => directory.state)?.path ?? '/'),
    ...images.map((image) =>
      record('image', image.name, image.rootfs, list(image.layers.map((layer) => hex(layer)))),
    ),
    record('config', hex(archives.config.descriptor)),
    record('secrets', hex(archives.secrets.descriptor)),
    ...plan.users.map(userLine),
    ...plan.directories.map(directoryLine),
    ...rendered.artifacts.flatMap(fileLines),
    ...plan.links.map(({ path, target }) => record('link', path, target)),
    ...plan.units.map((unit) => unitLine(unit, digests.get(unit.name))),
    ...plan.checks.map((check) => record('check', check.name, check.timeoutSeconds, check.script)),
  ];
}

function userLine({ name, uid, gid, home, shell, groups }: UserPlan): string {
  return record('user', name, uid, gid, home, shell, list(groups));
}

function directoryLine({ mode, owner, group, state, path }: DirectoryPlan): string {
  return record('directory', octal(mode), owner, group, state ?? '', path);
}

/** A measured file has a second record: the script that prints it, which lies in the archive in its place. */
function fileLines(artifact: Artifact): string[] {
  const { mode, owner, group, path, link = '' } = artifact;
  const digest = createHash('sha256').update(artifact.content).digest('hex');
  if (!artifact.isMeasured) return [record('file', digest, octal(mode), owner, group, path, link)];
  return [
    record('file', 'measured', octal(mode), owner, group, path, link),
    record('file', digest, octal(mode), owner, group, archivePath(artifact), ''),
  ];
}

function unitLine(unit: UnitPlan, digests: UnitDigests | undefined): string {
  if (!digests) throw new Unreachable(`no digests for ${unit.name}`);
  return record(
    'unit',
    unit.name,
    unit.activation,
    digests.restart,
    digests.reload,
    unit.image ?? '',
    list(unit.after),
  );
}

/** Fields parted by one space, `-` for an empty one. Rules keep spaces out of names and paths. */
function record(...fields: readonly (string | number)[]): string {
  return fields.map((field) => (field === '' ? '-' : checked(String(field)))).join(' ');
}

function checked(field: string): string {
  if (/\s/.test(field)) throw new Unreachable(`a manifest field holds white space: ${field}`);
  return field;
}

function list(items: readonly string[]): string {
  return items.join(',');
}

/** The hexadecimal digits of a descriptor's digest. */
export function hex(descriptor: Descriptor): string {
  return descriptor.digest.slice('sha256:'.length);
}

function blob(mediaType: string, bytes: Buffer): Blob {
  return { descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length }, bytes };
}

function describeArtifact(plan: HostPlan, empty: Blob, layers: readonly Blob[]): Blob {
  const annotations = { 'io.pigsty.host': plan.ip, 'org.opencontainers.image.title': plan.name };
  const document = {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    artifactType: BUNDLE_TYPE,
    config: empty.descriptor,
    layers: layers.map((layer) => layer.descriptor),
    annotations,
  };
  const made = blob(MANIFEST_TYPE, Buffer.from(JSON.stringify(document)));
  return { ...made, descriptor: { ...made.descriptor, artifactType: BUNDLE_TYPE, annotations } };
}
