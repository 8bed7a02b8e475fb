import { imageName } from '../distributions/index.ts';
import type { Artifact, RenderedHost, UnitDigests } from '../model/artifact.ts';
import { Unreachable } from '../model/brand.ts';
import type { BuiltImage, Descriptor } from '../model/image.ts';
import type { Expiry } from '../model/keys.ts';
import type { DirectoryPlan, HostPlan, UnitPlan, UserPlan } from '../model/plan.ts';
import { hexOf, sha256Of } from '../text/digest.ts';
import { octal } from '../text/mode.ts';

/*
 * The line manifest that the agent reads (docs/bundle.md), one record per line: the writer, and a reader of image records.
 */
const HEAD = 'pigsty-bundle 1';
const IMAGE = 'image';
/** A report asks a program on the same host. */
const REPORT_SECONDS = 10;

/** The images of a manifest: their names, and the digests of their layers, bottom first. */
export type ImageRecord = { readonly name: string; readonly layers: readonly string[] };

/** The `image` records of a manifest. */
export function readImageRecords(text: string): ImageRecord[] {
  const records = text.split('\n').map((line) => line.split(' '));
  return records
    .filter(([kind]) => kind === IMAGE)
    .map(([, name = '', , layers = '']) => ({
      name,
      layers: layers.split(',').map((digits) => `sha256:${digits}`),
    }));
}

/** The path of a file in the archives of a generation: a measured file is a script below `measure/`. */
export function archivePath(artifact: Artifact): string {
  return artifact.isMeasured ? `measure/${artifact.path}` : artifact.path;
}

/** The name of a site, and what it is known by on nodes: the inventory may be renamed. */
export type SiteIdentity = { readonly name: string; readonly id: string };

/** The input of one host's manifest. */
export type ManifestInput = {
  readonly site: SiteIdentity;
  readonly plan: HostPlan;
  readonly rendered: RenderedHost;
  readonly images: readonly BuiltImage[];
  readonly config: Descriptor;
  readonly secrets: Descriptor;
};

export function lineManifest({ site, plan, rendered, images, config, secrets }: ManifestInput): string {
  const names = new Map(plan.images.map((use) => [use.name, imageName(use)]));
  const digests = new Map(rendered.units.map((unit) => [unit.name, unit]));
  const lines = [
    HEAD,
    record('site', site.name, site.id),
    record('host', plan.ip, plan.name),
    ...(plan.setsHostName ? [record('hostname', plan.name)] : []),
    ...(plan.timezone === '' ? [] : [record('timezone', plan.timezone)]),
    record('disk', plan.directories.find((directory) => directory.state)?.path ?? '/'),
    ...images.map(imageLine),
    record('config', hexOf(config)),
    record('secrets', hexOf(secrets)),
    ...plan.users.map(userLine),
    ...plan.directories.map(directoryLine),
    ...plan.directories.flatMap((directory) => writerLines(directory, { names, images })),
    ...rendered.artifacts.flatMap(fileLines),
    ...rendered.certificates.map(certificateLine),
    ...plan.links.map(({ path, target }) => record('link', path, target)),
    ...plan.units.map((unit) => unitLine(unit, { names, digests: digests.get(unit.name) })),
    ...plan.checks.map((check) => record('check', check.name, check.timeoutSeconds, check.script)),
    ...plan.checks.flatMap(({ name, report }) =>
      report === undefined ? [] : [record('report', name, REPORT_SECONDS, report)],
    ),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function imageLine({ name, rootfs, layers }: BuiltImage): string {
  return record(IMAGE, name, rootfs, list(layers.map(hexOf)));
}

function userLine({ name, uid, gid, home, shell, groups }: UserPlan): string {
  return record('user', name, uid, gid, home, shell, list(groups));
}

function directoryLine({ mode, owner, group, state, path }: DirectoryPlan): string {
  return record('directory', octal(mode), owner, group, state ?? '', path);
}

function writerLines(
  { state, writer }: DirectoryPlan,
  { names, images }: { names: ReadonlyMap<string, string>; images: readonly BuiltImage[] },
): string[] {
  if (state === undefined || writer === undefined) return [];
  const image = images.find(({ name }) => name === names.get(writer.image));
  if (!image) throw new Unreachable(`no image ${writer.image}`);
  return [record('writer', state, image.rootfs, writer.package, writer.components)];
}

function certificateLine({ name, expires, reported }: Expiry): string {
  return record('certificate', name, expires.getTime() / 1000, Math.floor(reported.getTime() / 1000));
}

/** A measured file has a second record: the script that prints it, which the archive has instead. */
function fileLines(artifact: Artifact): string[] {
  const { mode, group, path, link = '' } = artifact;
  const digest = sha256Of(artifact.content);
  if (!artifact.isMeasured) return [record('file', digest, octal(mode), 'root', group, path, link)];
  return [
    record('file', 'measured', octal(mode), 'root', group, path, link),
    record('file', digest, octal(mode), 'root', group, archivePath(artifact), ''),
  ];
}

function unitLine(
  unit: UnitPlan,
  { names, digests }: { names: ReadonlyMap<string, string>; digests: UnitDigests | undefined },
): string {
  if (!digests) throw new Unreachable(`no digests for ${unit.name}`);
  return record(
    'unit',
    unit.name,
    unit.activation,
    digests.restart,
    digests.reload,
    names.get(unit.image ?? '') ?? '',
    list(unit.after),
  );
}

/** Fields separated by one space, `-` for an empty one. Rules exclude spaces from names and paths. */
function record(...fields: readonly (string | number)[]): string {
  return fields.map((field) => (field === '' ? '-' : checked(String(field)))).join(' ');
}

function checked(field: string): string {
  if (/\s/.test(field)) throw new Unreachable(`a manifest field contains white space: ${field}`);
  return field;
}

function list(items: readonly string[]): string {
  return items.join(',');
}
