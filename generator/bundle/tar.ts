import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { lstat, rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { type Pack, pack } from 'tar-stream';
import { type BlobStore, verifiedBlob } from '../effects/blob-store.ts';
import { namingPath } from '../effects/files.ts';
import type { ProgressStep } from '../effects/progress.ts';
import { ENTRY_TIME } from '../oci/tar-header.ts';
import { type BundleFile, bundleFiles, bundleFolder } from './files.ts';
import type { Sink } from './sink.ts';

/** The bundle's directory as one tar (docs/bundle.md, "Contents of a bundle"), with mode 0600 because it contains secrets. */
export function tarSink(path: string): Sink {
  return async (share, blobs, progress) => {
    const folder = bundleFolder(share);
    const files = bundleFiles(share).map((file) => ({ ...file, path: `${folder}/${file.path}` }));
    const total = files.reduce((sum, file) => sum + file.size, 0);
    const step = progress.step('export', total, 'bytes');
    try {
      await writeTar(path, files, blobs, step);
    } finally {
      step.done();
    }
    return total;
  };
}

async function writeTar(
  path: string,
  files: readonly BundleFile[],
  blobs: BlobStore,
  step: ProgressStep,
): Promise<void> {
  await mustBeReplaceable(path);
  // A name that nobody has prepared: neither a link nor a file with another mode.
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  const tar = pack();
  const written = pipeline(tar, createWriteStream(temporary, { mode: 0o600, flags: 'wx' }));
  try {
    for (const file of files) {
      await addFile(tar, file, blobs);
      step.advance(file.size, file.path);
    }
    tar.finalize();
    await written;
    await rename(temporary, path);
  } catch (cause) {
    tar.destroy();
    await written.catch(() => undefined);
    await rm(temporary, { force: true });
    throw namingPath(cause, path, temporary);
  }
}

/** Throws like a system call if something other than a file has the name: root could replace a device. */
async function mustBeReplaceable(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (!found || found.isFile()) return;
  throw Object.assign(new Error(`EEXIST: not a regular file, open '${path}'`), { code: 'EEXIST', path });
}

async function addFile(
  tar: Pack,
  { path, mode, size, content }: BundleFile,
  blobs: BlobStore,
): Promise<void> {
  const mtime = new Date(ENTRY_TIME * 1000);
  const entry = tar.entry({ name: path, mode, size, uid: 0, gid: 0, mtime });
  if (typeof content === 'string') entry.end(content);
  else await pipeline(verifiedBlob(blobs, content), entry);
}
