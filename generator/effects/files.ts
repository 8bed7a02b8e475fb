import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, createReadStream, linkSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Sha256, sha256 } from '../model/brand.ts';

/** Writes a file so that it is either complete or absent: temporary name in the same directory, fsync, rename. */
export async function writeFileAtomic(path: string, data: string | Uint8Array, mode = 0o644): Promise<void> {
  await makeDirectory(dirname(path));
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const file = await open(temporary, 'wx', mode);
    try {
      await file.writeFile(data);
      await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw namingPath(cause, path, temporary);
  }
}

/**
 * Writes a file of a tree that is renamed when it is complete: into a directory that exists, without fsync.
 */
export function writeTreeFile(path: string, text: string, mode: number): void {
  try {
    writeFileSync(path, text, { flag: 'wx' });
    chmodSync(path, mode);
  } catch (cause) {
    throw namingPath(cause, path);
  }
}

/** Creates a hard link; false if the file system has no hard links, or allows no more for this file. */
export function linkFile(existing: string, path: string): boolean {
  try {
    linkSync(existing, path);
    return true;
  } catch {
    return false;
  }
}

/**
 * Creates a directory and its parents; an existing one is no error. Node's own `recursive` never ends if the file system
 * answers ENOENT, as below /proc.
 */
export async function makeDirectory(path: string, mode?: number): Promise<void> {
  const make = () =>
    mkdir(path, mode).catch((cause) => {
      if (!isErrno(cause, 'EEXIST') || !statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw cause;
    });
  try {
    await make();
  } catch (cause) {
    if (!isErrno(cause, 'ENOENT') || dirname(path) === path) throw cause;
    await makeDirectory(dirname(path));
    await make();
  }
}

/** The error of a write to an open file does not contain its path; a temporary name says nothing to a user. */
export function namingPath(cause: unknown, path: string, temporary?: string): unknown {
  if (!(cause instanceof Error)) return cause;
  const isNamed = 'path' in cause && cause.path !== temporary;
  return isNamed ? cause : Object.assign(cause, { path });
}

/** The bytes of a file, or undefined if it does not exist. Other errors are thrown. */
export function readIfExists(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw cause;
  }
}

/** The text of a file, or undefined if it does not exist. Other errors are thrown. */
export function readTextIfExists(path: string): Promise<string | undefined> {
  return ifExists(readFile(path, 'utf8'));
}

/** The bytes of a file, device or pipe; undefined if there are more than `limit`. */
export async function readUpTo(path: string, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of createReadStream(path)) {
    size += chunk.length;
    if (size > limit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The size of a file in bytes, or undefined if it does not exist. Other errors are thrown. */
export async function sizeIfExists(path: string): Promise<number | undefined> {
  return (await ifExists(stat(path)))?.size;
}

async function ifExists<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw cause;
  }
}

/** ENOTDIR: a component of the path is not a directory, so the file does not exist. */
function isMissing(cause: unknown): boolean {
  return isErrno(cause, 'ENOENT') || isErrno(cause, 'ENOTDIR');
}

/** The sha256 of a file of any size. */
export async function hashFile(path: string): Promise<Sha256> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return sha256(hash.digest('hex'));
}

/** The same for a small file, synchronously: that is faster for many small files. */
export function readSmallIfExists(path: string): string | undefined {
  return readIfExists(path)?.toString('utf8');
}

/** True for a system error with that code (`ENOENT`, `ENOSPC` …). */
export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
