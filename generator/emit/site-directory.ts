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

/** Where a file of this content lies; `inode` where it was read. */
type Placed = { readonly path: string; readonly inode?: number };

/** A bundle whose blobs are on the disk: its manifest, and all of them. */
export type WrittenBundle = { readonly artifact: Descriptor; readonly blobs: readonly Descriptor[] };

/** `out/<site>/`: an OCI image layout, and beside it `hosts/<ip>/`, every file as its node will have it. */
export class SiteDirectory {
  readonly path: string;
  readonly #placed = new WeakMap<Artifact, Placed>();

  constructor(out: string, site: string) {
    this.path = join(out, site);
  }

  get blobs(): string {
    return join(this.path, 'blobs', 'sha256');
  }

  /** Makes the directory; only its owner may read it, since secrets lie in it. */
  async open(): Promise<void> {
    await makeDirectory(this.blobs);
    await chmod(this.path, 0o700);
  }

  /**
   * The browsable form of one host, replaced as a whole where anything of it is new; secrets are stubs. A file that is
   * the same object in another host's is a hard link to that one. Synchronous, as that is several times quicker for many
   * small files.
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

  /** True when a directory has these files as they are, and no other. */
  #holdsAll(directory: string, artifacts: readonly Artifact[]): boolean {
    if (!existsSync(directory)) return false;
    const files = readdirSync(directory, { recursive: true, withFileTypes: true });
    return (
      files.filter((entry) => !entry.isDirectory()).length === artifacts.length &&
      artifacts.every((artifact) => this.#holds(directory, artifact))
    );
  }

  /** A link to a file that was read is not read again. */
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

  /** Last of all: until index.json names them, blobs are not a build. Blobs that nothing names any more are removed. */
  async writeIndex(images: readonly BuiltImage[], bundles: readonly WrittenBundle[]): Promise<void> {
    await writeFileAtomic(join(this.path, 'oci-layout'), LAYOUT_FILE);
    const artifacts = bundles.map((bundle) => bundle.artifact);
    await writeFileAtomic(join(this.path, 'index.json'), indexText(images, artifacts));
    const used = [...images.flatMap(imageDescriptors), ...bundles.flatMap((bundle) => bundle.blobs)];
    await this.#prune(new Set(used.map(hexOf)));
  }

  async #prune(used: ReadonlySet<string>): Promise<void> {
    for (const name of await readdir(this.blobs)) {
      if (!used.has(name)) await rm(join(this.blobs, name), { force: true });
    }
  }
}

/** A directory and those of some paths in it; each is made once, in its turn. */
function makeDirectories(root: string, paths: readonly string[]): void {
  const made = new Set<string>(['.']);
  const make = (directory: string): void => {
    if (made.has(directory)) return;
    make(dirname(directory));
    mkdirSync(join(root, directory));
    made.add(directory);
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
