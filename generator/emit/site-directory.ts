import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { chmod, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { linkFile, makeDirectory, writeFileAtomic, writeTreeFile } from '../effects/files.ts';
import type { Artifact, RenderedHost } from '../model/artifact.ts';
import type { BuiltImage, Descriptor } from '../model/image.ts';
import type { HostPlan } from '../model/plan.ts';
import type { HostBundle } from '../oci/bundle.ts';
import { indexText, LAYOUT_FILE } from '../oci/layout.ts';
import { archivePath } from '../oci/line-manifest.ts';
import { hexOf } from '../text/digest.ts';
import { isExecutable } from '../text/mode.ts';
import { putBlob } from './blobs.ts';

/** The path of an existing file with this content; `inode` if its content was compared. */
type ExistingFile = { readonly path: string; readonly inode?: number };

/** A bundle on disk: its manifest, and all its blobs. */
export type WrittenBundle = { readonly artifact: Descriptor; readonly blobs: readonly Descriptor[] };

/** `out/<site>/`: an OCI image layout, and `hosts/<ip>/` with every file of each host. */
export class SiteDirectory {
  readonly path: string;
  readonly #placed = new WeakMap<Artifact, ExistingFile>();

  constructor(out: string, site: string) {
    this.path = join(out, site);
  }

  get blobs(): string {
    return join(this.path, 'blobs', 'sha256');
  }

  /** Creates the directory with mode 0700, because it contains secrets. */
  async open(): Promise<void> {
    await makeDirectory(this.blobs);
    await chmod(this.path, 0o700);
  }

  /**
   * Writes the files of one host, for reading; secrets are stubs. If one file has changed, the whole directory is
   * replaced. A file that another host has too is a hard link. Synchronous calls are several times faster for many small
   * files.
   */
  writeHost(plan: HostPlan, rendered: RenderedHost): void {
    const final = join(this.path, 'hosts', plan.ip);
    const fresh = `${final}.new`;
    if (this.#holdsAll(final, rendered.artifacts)) return;
    rmSync(fresh, { recursive: true, force: true });
    makeDirectories(fresh, rendered.artifacts.map(archivePath));
    for (const artifact of rendered.artifacts) this.#place(artifact, join(fresh, archivePath(artifact)));
    rmSync(final, { recursive: true, force: true });
    renameSync(fresh, final);
    for (const artifact of rendered.artifacts) {
      this.#placed.set(artifact, { path: join(final, archivePath(artifact)) });
    }
  }

  #place(artifact: Artifact, path: string): void {
    const placed = this.#placed.get(artifact);
    if (placed && linkFile(placed.path, path)) return;
    writeTreeFile(path, artifact.shown, shownMode(artifact));
  }

  /** True if a directory has exactly these files, with the same content and modes. */
  #holdsAll(directory: string, artifacts: readonly Artifact[]): boolean {
    if (!existsSync(directory)) return false;
    const files = readdirSync(directory, { recursive: true, withFileTypes: true });
    return (
      files.filter((entry) => !entry.isDirectory()).length === artifacts.length &&
      artifacts.every((artifact) => this.#holds(directory, artifact))
    );
  }

  /** Does not read a hard link to a file that was compared before. */
  #holds(directory: string, artifact: Artifact): boolean {
    const path = join(directory, archivePath(artifact));
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (!found?.isFile() || (found.mode & 0o777) !== shownMode(artifact)) return false;
    if (this.#placed.get(artifact)?.inode === found.ino) return true;
    if (readFileSync(path, 'utf8') !== artifact.shown) return false;
    this.#placed.set(artifact, { path, inode: found.ino });
    return true;
  }

  async writeBundle(bundle: HostBundle): Promise<WrittenBundle> {
    const blobs = [bundle.empty, bundle.manifest, bundle.config, bundle.agent, bundle.artifact];
    for (const blob of blobs) await putBlob(this.blobs, blob);
    await putBlob(this.blobs, bundle.secrets, 0o600);
    return {
      artifact: bundle.artifact.descriptor,
      blobs: [...blobs, bundle.secrets].map((blob) => blob.descriptor),
    };
  }

  /** Written last: a build is complete when index.json exists. Removes unused blobs. */
  async writeIndex(
    images: readonly BuiltImage[],
    bundles: readonly WrittenBundle[],
    inputs: string,
  ): Promise<void> {
    await writeFileAtomic(join(this.path, 'oci-layout'), LAYOUT_FILE);
    const artifacts = bundles.map((bundle) => bundle.artifact);
    await writeFileAtomic(join(this.path, 'index.json'), indexText(images, artifacts, inputs));
    const used = [...images.flatMap(imageDescriptors), ...bundles.flatMap((bundle) => bundle.blobs)];
    await this.#prune(new Set(used.map(hexOf)));
  }

  /** Removes the files of hosts that the site no longer has. */
  async keepHosts(addresses: readonly string[]): Promise<void> {
    const hosts = join(this.path, 'hosts');
    for (const name of await readdir(hosts)) {
      if (!addresses.includes(name)) await rm(join(hosts, name), { recursive: true, force: true });
    }
  }

  async #prune(used: ReadonlySet<string>): Promise<void> {
    for (const name of await readdir(this.blobs)) {
      if (!used.has(name)) await rm(join(this.blobs, name), { force: true });
    }
  }
}

/** Creates a directory and the parents of some paths in it, each once. */
function makeDirectories(root: string, paths: readonly string[]): void {
  const created = new Set<string>(['.']);
  const make = (directory: string): void => {
    if (created.has(directory)) return;
    make(dirname(directory));
    mkdirSync(join(root, directory));
    created.add(directory);
  };
  mkdirSync(root, { recursive: true });
  for (const path of paths) make(dirname(path));
}

function shownMode({ mode }: Artifact): number {
  return isExecutable(mode) ? 0o755 : 0o644;
}

function imageDescriptors({ manifest, config, layers }: BuiltImage): Descriptor[] {
  return [manifest, config, ...layers];
}
