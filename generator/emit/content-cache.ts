import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Distribution } from '../distributions/distribution.ts';
import { makeDirectory } from '../effects/files.ts';
import { type Sha256, sha256, Unreachable } from '../model/brand.ts';
import type { LockedPackage } from '../model/lock.ts';
import { readAlternatives } from '../oci/alternatives.ts';
import { type ContentIndex, contentPadding, planContent, type Selection } from '../oci/package-content.ts';
import { readEntries } from '../oci/tar-reader.ts';
import { sha256Of } from '../text/digest.ts';
import { seal, unseal } from '../text/sealed.ts';
import type { Unpacker } from './unpacker.ts';

/** A package of an image, with the path rules of its distribution and the selected paths. */
export type ContentRequest = Selection & {
  readonly package: LockedPackage;
  readonly distribution: Pick<Distribution, 'paths' | 'unpacker'>;
};

const COPY_BYTES = 1 << 20;
const buffer = Buffer.alloc(COPY_BYTES);

/** The key of a package content, from its inputs: the package's bytes, the path rules and the selection. */
export function contentKey({ package: { sha256 }, distribution, only, without }: ContentRequest): string {
  const key = `${sha256}-${distribution.paths.version}`;
  if (!only && !without) return key;
  const selection = JSON.stringify([only && [...only].sort(), without && [...without].sort()]);
  return `${key}-${sha256Of(selection).slice(0, 16)}`;
}

/** The file of a package content: headers and data of all entries except directories. */
export function contentFile(cache: string, key: string): string {
  return join(cache, 'members', `${key}.tar`);
}

function indexFile(cache: string, key: string): string {
  return `${contentFile(cache, key)}.index`;
}

/** An index with the sha256 of its content file. */
export type StoredIndex = ContentIndex & { readonly sha256: Sha256 };

/**
 * The index of a package content in the cache; undefined if the index or the content file is missing, incomplete or
 * changed. Who reads the content file compares its sha256: {@link DamagedContent}.
 */
export function readContent(cache: string, key: string): StoredIndex | undefined {
  try {
    const text = unseal(readFileSync(indexFile(cache, key), 'utf8'));
    if (text === undefined) return undefined;
    const index: StoredIndex = JSON.parse(text);
    return statSync(contentFile(cache, key)).size === index.size ? index : undefined;
  } catch {
    return undefined;
  }
}

/** A content file of the cache that has changed: `discardContent` removes it, and the package is unpacked again. */
export class DamagedContent extends Error {
  override readonly name = 'DamagedContent';
  readonly key: string;

  constructor(key: string) {
    super(`changed: ${key}`);
    this.key = key;
  }
}

export function discardContent(cache: string, key: string): void {
  rmSync(indexFile(cache, key), { force: true });
  rmSync(contentFile(cache, key), { force: true });
}

/** The bytes of a content file. Throws {@link DamagedContent}. */
export function readContentFile(cache: string, key: string, digest: Sha256): Buffer {
  const bytes = readFileSync(contentFile(cache, key));
  if (sha256Of(bytes) !== digest) throw new DamagedContent(key);
  return bytes;
}

/**
 * Creates a package content from a verified package. The unpacker writes the archive to a temporary file, which is read
 * in blocks: it is never in memory as a whole. Throws UnpackFailed, MalformedArchive and file system errors.
 */
export async function createContent(
  request: ContentRequest,
  packageFile: string,
  cache: string,
  unpacker: Unpacker,
): Promise<StoredIndex> {
  const key = contentKey(request);
  const directory = join(cache, 'members');
  await makeDirectory(directory);
  const temporary = join(directory, temporaryName());
  try {
    await unpacker.unpack(packageFile, temporary);
    const index = writeContent(temporary, request);
    await writeFile(`${temporary}.index`, seal(JSON.stringify(index)));
    await rename(`${temporary}.content`, contentFile(cache, key));
    await rename(`${temporary}.index`, indexFile(cache, key));
    return index;
  } finally {
    const leftovers = ['archive', 'control', 'content', 'index'];
    await Promise.all(leftovers.map((suffix) => rm(`${temporary}.${suffix}`, { force: true })));
  }
}

let counter = 0;

/** A new `.<process id>-<number>`: `sweepTemporaries` keeps the file while this process runs. */
export function temporaryName(): string {
  return `.${process.pid}-${counter++}`;
}

function writeContent(temporary: string, request: ContentRequest): StoredIndex {
  const source = openSync(`${temporary}.archive`, 'r');
  const target = openSync(`${temporary}.content`, 'w', 0o644);
  try {
    const { paths } = request.distribution;
    const archive = readFileSync(`${temporary}.control`);
    const control = controlFile(archive, 'control');
    if (control === undefined) throw new Unreachable('dpkg-deb opened a package without a control file');
    const alternatives = readAlternatives(controlFile(archive, 'postinst') ?? '');
    const about = { control, alternatives, paths };
    const { index, ranges } = planContent(readEntries(windowedReader(source)), about, request);
    const output = bufferedWriter(target);
    for (const { header, offset, size } of ranges) {
      output.write(header);
      copyRange(source, offset, size, output.write);
      output.write(contentPadding(size));
    }
    return { ...index, sha256: output.finish() };
  } finally {
    closeSync(source);
    closeSync(target);
  }
}

/** The text of a file of the package's control archive (deb(5)). */
function controlFile(archive: Buffer, name: 'control' | 'postinst'): string | undefined {
  const entries = readEntries((position, length) => archive.subarray(position, position + length));
  const file = entries.find(({ path, kind }) => path === name && kind === 'file');
  return file && archive.toString('utf8', file.offset, file.offset + file.size);
}

/** Reads through a window: several headers need one system call. */
function windowedReader(file: number): (position: number, length: number) => Buffer {
  const window = Buffer.alloc(1 << 16);
  let start = 0;
  let filled = 0;
  return (position, length) => {
    if (length > window.length) {
      const whole = Buffer.alloc(length);
      return whole.subarray(0, readSync(file, whole, 0, length, position));
    }
    if (position < start || position + length > start + filled) {
      start = position;
      filled = readSync(file, window, 0, window.length, position);
    }
    return window.subarray(position - start, Math.min(position - start + length, filled));
  };
}

/** Copies a range through the shared `buffer`: `write` must use the bytes before it returns. */
function copyRange(file: number, offset: number, size: number, write: (bytes: Buffer) => void): void {
  for (let done = 0; done < size; ) {
    const length = readSync(file, buffer, 0, Math.min(buffer.length, size - done), offset + done);
    if (length === 0) throw new Unreachable('a package archive ends inside a file');
    write(buffer.subarray(0, length));
    done += length;
  }
}

/** Collects small writes, and hashes all. It copies the bytes: the caller can reuse its buffer at once. */
function bufferedWriter(file: number): { write(bytes: Buffer): void; finish(): Sha256 } {
  const hash = createHash('sha256');
  const put = (bytes: Buffer) => {
    hash.update(bytes);
    writeFully(file, bytes);
  };
  const pending = Buffer.alloc(COPY_BYTES);
  let filled = 0;
  const flush = () => {
    put(pending.subarray(0, filled));
    filled = 0;
  };
  const write = (bytes: Buffer) => {
    const isLarge = bytes.length > pending.length / 2;
    if (isLarge || filled + bytes.length > pending.length) flush();
    if (isLarge) put(bytes);
    else filled += bytes.copy(pending, filled);
  };
  const finish = () => {
    flush();
    return sha256(hash.digest('hex'));
  };
  return { write, finish };
}

/** Writes all bytes; a single system call may write only some of them. */
export function writeFully(file: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done);
}
