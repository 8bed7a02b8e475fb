import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';

/**
 * Writes bundles in the format of docs/bundle.md. It shares nothing with the product's own writer: the page is what
 * both are held to.
 */

export type BundleFile = {
  readonly path: string;
  readonly content: string;
  readonly mode?: string;
  readonly owner?: string;
  readonly group?: string;
  readonly link?: string;
  readonly isSecret?: boolean;
  /** The content is the script whose output the node's file holds. */
  readonly isMeasured?: boolean;
};

export type BundleUnit = {
  readonly name: string;
  readonly activation: 'start' | 'timer' | 'rerun' | 'none';
  readonly image?: string;
  /** Paths of files; the unit's own text always counts. */
  readonly restartOn?: readonly string[];
  readonly reloadOn?: readonly string[];
  readonly after?: readonly string[];
};

export type BundleUser = {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly groups?: readonly string[];
};

export type BundleDirectory = {
  readonly path: string;
  readonly mode: string;
  readonly owner?: string;
  readonly group?: string;
  readonly state?: string;
};

export type Bundle = {
  readonly site: string;
  readonly ip: string;
  readonly node: string;
  /** Image name -> its layers' tars, bottom first. */
  readonly images: ReadonlyMap<string, readonly Buffer[]>;
  readonly users: readonly BundleUser[];
  readonly directories: readonly BundleDirectory[];
  readonly files: readonly BundleFile[];
  readonly links: readonly { readonly path: string; readonly target: string }[];
  readonly units: readonly BundleUnit[];
  readonly checks: readonly { readonly name: string; readonly seconds: number; readonly path: string }[];
  /** `disk`, `hostname` and `timezone` records. */
  readonly records?: readonly string[];
  readonly agent: string;
};

export const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');

/** The id of an image's tree: any name that changes with its layers will do. */
export const imageId = (layers: readonly Buffer[]): string => sha256(layers.map(sha256).join('\n'));

/** Writes the bundle into `directory`, which is emptied first, and returns its digest. */
export async function writeBundle(directory: string, bundle: Bundle): Promise<string> {
  rmSync(directory, { recursive: true, force: true });
  const blobs = new Map<string, Buffer>();
  const add = (data: Buffer): string => {
    blobs.set(sha256(data), data);
    return sha256(data);
  };
  const files = allFiles(bundle);
  const config = add(await packFiles(files.filter((file) => !file.isSecret)));
  const secrets = add(await packFiles(files.filter((file) => file.isSecret)));
  const images = [...bundle.images].map(
    ([name, layers]) => `image ${name} ${imageId(layers)} ${layers.map(add).join(',')}`,
  );
  const manifest = writeManifest(bundle, [...images, `config ${config}`, `secrets ${secrets}`]);
  writeTree(directory, [
    ['pigsty-agent', bundle.agent],
    ['bundle', manifest],
    ['oci-layout', '{"imageLayoutVersion":"1.0.0"}'],
    ['index.json', '{"schemaVersion":2,"manifests":[]}'],
    ...[...blobs].map(([hash, data]) => [`blobs/sha256/${hash}`, data] as const),
  ]);
  chmodSync(join(directory, 'pigsty-agent'), 0o755);
  return sha256(manifest);
}

function writeTree(directory: string, files: readonly (readonly [string, string | Buffer])[]): void {
  for (const [path, content] of files) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
  writeSums(directory);
}

/** Lists what lies in `directory` now, as if the compiler had made it so. */
export function writeSums(directory: string): void {
  rmSync(join(directory, 'SHA256SUMS'), { force: true });
  const lines = filesBelow(directory).map(
    (path) => `${sha256(readFileSync(join(directory, path)))}  ${path}\n`,
  );
  const text = lines.join('');
  writeFileSync(join(directory, 'SHA256SUMS'), `${text}end ${sha256(text)}\n`);
}

/** Paths of all files of a bundle, sorted. */
export function filesBelow(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort();
}

/** With the script that measures beside each measured file. */
function allFiles(bundle: Bundle): readonly BundleFile[] {
  return bundle.files.flatMap((file) =>
    file.isMeasured
      ? [file, { path: `measure/${file.path}`, content: file.content, mode: '0600' } satisfies BundleFile]
      : [file],
  );
}

function writeManifest(bundle: Bundle, parts: readonly string[]): string {
  const lines = [
    'pigsty-bundle 1',
    `site ${bundle.site}`,
    `host ${bundle.ip} ${bundle.node}`,
    ...parts,
    ...(bundle.records ?? []),
    ...bundle.users.map(
      ({ name, uid, gid, groups }) =>
        `user ${name} ${uid} ${gid} /nonexistent /usr/sbin/nologin ${groups?.join(',') || '-'}`,
    ),
    ...bundle.directories.map(
      ({ path, mode, owner = 'root', group = 'root', state = '-' }) =>
        `directory ${mode} ${owner} ${group} ${state} ${path}`,
    ),
    ...allFiles(bundle).map(fileRecord),
    ...bundle.links.map(({ path, target }) => `link ${path} ${target}`),
    ...bundle.units.map((unit) => unitRecord(bundle, unit)),
    ...bundle.checks.map(({ name, seconds, path }) => `check ${name} ${seconds} ${path}`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function fileRecord({ path, content, mode = '0644', owner = 'root', group = 'root', ...file }: BundleFile) {
  const hash = file.isMeasured ? 'measured' : sha256(content);
  return `file ${hash} ${mode} ${owner} ${group} ${path} ${file.link ?? '-'}`;
}

function unitRecord(bundle: Bundle, unit: BundleUnit): string {
  const { name, activation, image, restartOn = [], reloadOn = [], after = [] } = unit;
  const contentOf = (path: string): string => {
    const file = bundle.files.find((candidate) => candidate.path === path);
    if (!file) throw new Error(`no file ${path}`);
    return file.content;
  };
  const layers = image === undefined ? [] : (bundle.images.get(image) ?? []);
  const digest = (paths: readonly string[], more = '') => sha256(more + JSON.stringify(paths.map(contentOf)));
  const restart = digest([`units/${name}`, ...restartOn], imageId(layers));
  const reload = digest(reloadOn);
  return `unit ${name} ${activation} ${restart} ${reload} ${image ?? '-'} ${after.join(',') || '-'}`;
}

/** Modes and owners in the tar are not the manifest's on purpose: the manifest decides. */
async function packFiles(files: readonly BundleFile[]): Promise<Buffer> {
  const tar = pack();
  for (const { path, content, isMeasured } of files) {
    if (!isMeasured) tar.entry({ name: path, mode: 0o600, mtime: new Date(0) }, content);
  }
  tar.finalize();
  return buffer(tar);
}
