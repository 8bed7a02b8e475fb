import { closeSync, openSync, readFileSync, readSync, statSync, writeSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Distribution } from '../distributions/distribution.ts';
import { makeDirectory } from '../effects/files.ts';
import { Unreachable } from '../model/brand.ts';
import type { LockedPackage } from '../model/lock.ts';
import { contentPadding, type MemberIndex, planMember, type Selection } from '../oci/member.ts';
import { readEntries } from '../oci/tar-reader.ts';
import { sha256Of } from '../text/digest.ts';
import type { Unpacker } from './unpacker.ts';

/** A package as an image takes it: what the rules and the selection leave of it. */
export type MemberRequest = Selection & {
  readonly package: LockedPackage;
  readonly distribution: Pick<Distribution, 'paths' | 'unpacker'>;
};

const COPY_BYTES = 1 << 20;
const buffer = Buffer.alloc(COPY_BYTES);

/** Names a member by what it is made of: the package's bytes, the rules, the selection. */
export function memberKey({ package: { sha256 }, distribution, only, without }: MemberRequest): string {
  const key = `${sha256}-${distribution.paths.version}`;
  if (!only && !without) return key;
  const selection = JSON.stringify([only && [...only].sort(), without && [...without].sort()]);
  return `${key}-${sha256Of(selection).slice(0, 16)}`;
}

/** The member file: headers and contents of everything but directories. */
export function memberFile(cache: string, key: string): string {
  return join(cache, 'members', `${key}.tar`);
}

/** The index of a member in the cache, or undefined when it or its file is not there whole. */
export function readMember(cache: string, key: string): MemberIndex | undefined {
  try {
    const index: MemberIndex = JSON.parse(readFileSync(`${memberFile(cache, key)}.json`, 'utf8'));
    return statSync(memberFile(cache, key)).size === index.size ? index : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Makes a member from a verified package. The file system holds the unpacked archive for a moment, under a temporary
 * name, as the unpacker writes it; memory never holds more than a block of it. Throws UnpackFailed and file system errors.
 */
export async function makeMember(
  request: MemberRequest,
  packageFile: string,
  cache: string,
  unpacker: Unpacker,
): Promise<MemberIndex> {
  const key = memberKey(request);
  const directory = join(cache, 'members');
  await makeDirectory(directory);
  const temporary = join(directory, temporaryName());
  try {
    await unpacker.unpack(packageFile, temporary);
    const index = writeMember(temporary, request);
    await writeFile(`${temporary}.json`, JSON.stringify(index));
    await rename(`${temporary}.member`, memberFile(cache, key));
    await rename(`${temporary}.json`, `${memberFile(cache, key)}.json`);
    return index;
  } finally {
    const leftovers = ['archive', 'control', 'member', 'json'];
    await Promise.all(leftovers.map((suffix) => rm(`${temporary}.${suffix}`, { force: true })));
  }
}

let counter = 0;

/** A new `.<process id>-<number>`: whoever finds it later can tell whether its maker still runs. */
export function temporaryName(): string {
  return `.${process.pid}-${counter++}`;
}

function writeMember(temporary: string, request: MemberRequest): MemberIndex {
  const source = openSync(`${temporary}.archive`, 'r');
  const target = openSync(`${temporary}.member`, 'w', 0o644);
  try {
    const { paths } = request.distribution;
    const control = controlFile(readFileSync(`${temporary}.control`));
    const { index, parts } = planMember(readEntries(windowedReader(source)), { control, paths }, request);
    const output = bufferedWriter(target);
    for (const { header, offset, size } of parts) {
      output.write(header);
      copyRange(source, offset, size, output.write);
      output.write(contentPadding(size));
    }
    output.flush();
    return index;
  } finally {
    closeSync(source);
    closeSync(target);
  }
}

/** What describes the package, of the archive that holds it and the install scripts (deb(5)). */
function controlFile(archive: Buffer): string {
  const entries = readEntries((position, length) => archive.subarray(position, position + length));
  const control = entries.find(({ path }) => path === 'control');
  if (!control) throw new Unreachable('dpkg-deb opened a package without a control file');
  return archive.toString('utf8', control.offset, control.offset + control.size);
}

/** Reads through a window, so that neighbouring headers cost one system call. */
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

/** `write` takes each stretch before the next is read: all copies go through `buffer`. */
function copyRange(file: number, offset: number, size: number, write: (bytes: Buffer) => void): void {
  for (let done = 0; done < size; ) {
    const length = readSync(file, buffer, 0, Math.min(buffer.length, size - done), offset + done);
    if (length === 0) throw new Unreachable('a package archive ends inside a file');
    write(buffer.subarray(0, length));
    done += length;
  }
}

/** Gathers small writes; what is handed in may be reused at once. */
function bufferedWriter(file: number): { write(bytes: Buffer): void; flush(): void } {
  const pending = Buffer.alloc(COPY_BYTES);
  let filled = 0;
  const flush = () => {
    writeFully(file, pending.subarray(0, filled));
    filled = 0;
  };
  const write = (bytes: Buffer) => {
    const isLarge = bytes.length > pending.length / 2;
    if (isLarge || filled + bytes.length > pending.length) flush();
    if (isLarge) writeFully(file, bytes);
    else filled += bytes.copy(pending, filled);
  };
  return { write, flush };
}

/** One write call may take less than it was given. */
export function writeFully(file: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done);
}
