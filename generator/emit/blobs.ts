import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fdatasync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isErrno, writeFileAtomic } from '../effects/files.ts';
import { type Sha256, sha256, Unreachable } from '../model/brand.ts';
import type { Descriptor } from '../model/image.ts';
import type { Blob } from '../oci/blob.ts';
import { hexOf } from '../text/digest.ts';
import { temporaryName, writeFully } from './content-cache.ts';

/** A blob under construction: hashed while it is written; its name is temporary until it is complete. */
export type BlobWriter = {
  write(bytes: Buffer): void;
  /** Syncs the bytes to disk, then renames the file to its digest: it exists completely or not at all. */
  finish(): Promise<{ readonly digest: Sha256; readonly size: number }>;
  discard(): void;
};

/** A new blob of the directory `blobs/sha256` of an OCI layout. Throws file system errors (ENOSPC among them). */
export function createBlob(directory: string): BlobWriter {
  mkdirSync(directory, { recursive: true });
  const temporary = join(directory, temporaryName());
  let file: number | undefined = openSync(temporary, 'wx', 0o644);
  const hash = createHash('sha256');
  let size = 0;
  const close = () => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  return {
    write(bytes) {
      if (file === undefined) throw new Unreachable('a finished blob is written');
      hash.update(bytes);
      writeFully(file, bytes);
      size += bytes.length;
    },
    async finish() {
      if (file === undefined) throw new Unreachable('a blob is finished twice');
      const digest = sha256(hash.digest('hex'));
      await promisify(fdatasync)(file);
      close();
      renameSync(temporary, join(directory, digest));
      return { digest, size };
    },
    discard() {
      close();
      rmSync(temporary, { force: true });
    },
  };
}

/** Writes a blob from memory, unless it exists. */
export async function putBlob(directory: string, { descriptor, bytes }: Blob, mode = 0o644): Promise<void> {
  if (!hasBlob(directory, descriptor)) await writeFileAtomic(join(directory, hexOf(descriptor)), bytes, mode);
}

/** True if the blob exists with exactly these bytes: they are read and hashed. */
export function hasBlob(directory: string, descriptor: Descriptor): boolean {
  const path = join(directory, hexOf(descriptor));
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isFile() === true && found.size === descriptor.size && hashOf(path) === hexOf(descriptor);
}

const chunk = Buffer.alloc(1 << 20);

function hashOf(path: string): string {
  const hash = createHash('sha256');
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    for (let length = readSync(file, chunk); length > 0; length = readSync(file, chunk)) {
      hash.update(chunk.subarray(0, length));
    }
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}

/** Deletes partial files of processes that no longer run. */
export function sweepTemporaries(directory: string): void {
  const names = statSync(directory, { throwIfNoEntry: false }) ? readdirSync(directory) : [];
  for (const name of names) {
    const [, processId] = /^\.(\d+)-/.exec(name) ?? [];
    if (processId !== undefined && !isRunning(Number(processId)))
      rmSync(join(directory, name), { force: true });
  }
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (cause) {
    return isErrno(cause, 'EPERM');
  }
}
