import { BLOCK, checksum, padded, type TarEntry } from './tar-header.ts';

/** An entry, and the byte where its data starts in the archive. */
export type PlacedEntry = TarEntry & { readonly offset: number };
/** `length` bytes of the archive at `position`; fewer only at its end. */
export type ReadAt = (position: number, length: number) => Buffer;

/** An archive that dpkg would not write; the message says what is wrong. */
export class MalformedArchive extends Error {
  override readonly name = 'MalformedArchive';
}

type Extended = { path?: string; target?: string; size?: number };

const KIND: Readonly<Record<string, TarEntry['kind']>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '5': 'directory',
};

/**
 * The entries of an archive in its order, in the formats that dpkg writes (deb(5)): USTAR, GNU long names and pax. Data is
 * skipped, not read. Device nodes and pipes are left out. Throws {@link MalformedArchive}, also for paths that lead out
 * of the package.
 */
export function readEntries(read: ReadAt): PlacedEntry[] {
  const entries: PlacedEntry[] = [];
  let extended: Extended = {};
  for (let position = 0; ; ) {
    const block = read(position, BLOCK);
    if (block.length < BLOCK || isEmpty(block)) return entries;
    if (checksum(block) !== number(block, 148, 8))
      throw new MalformedArchive(`bad tar header at byte ${position}`);
    const flag = String.fromCharCode(block[156] ?? 0);
    const size = extended.size ?? number(block, 124, 12);
    const offset = position + BLOCK;
    position = offset + (flag === '1' || flag === '2' || flag === '5' ? 0 : padded(size));
    if (flag === 'L' || flag === 'K' || flag === 'x') {
      extended = { ...extended, ...readExtension(flag, read(offset, size)) };
      continue;
    }
    const kind = KIND[flag];
    if (kind) entries.push({ ...readHeader(block, kind, extended), offset });
    if (flag !== 'g') extended = {};
  }
}

function readHeader(block: Buffer, kind: TarEntry['kind'], extended: Extended): TarEntry {
  const isPosix = text(block, 257, 8).startsWith('ustar') && block[262] === 0;
  const prefix = isPosix ? text(block, 345, 155) : '';
  const name = extended.path ?? (prefix ? `${prefix}/${text(block, 0, 100)}` : text(block, 0, 100));
  const target = extended.target ?? text(block, 157, 100);
  return {
    path: pathInPackage(name),
    kind,
    mode: number(block, 100, 8) & 0o7777,
    uid: number(block, 108, 8),
    gid: number(block, 116, 8),
    size: kind === 'file' ? (extended.size ?? number(block, 124, 12)) : 0,
    ...(kind === 'hardlink' && { target: pathInPackage(target) }),
    ...(kind === 'symlink' && { target }),
  };
}

/** `./usr//bin/./dash` as `usr/bin/dash`: one name for one place, which later checks rely on. */
function pathInPackage(name: string): string {
  const steps = name.split('/').filter((step) => step !== '' && step !== '.');
  if (steps.includes('..')) throw new MalformedArchive(`path ${name} leads out of the package`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they break lists of paths
  if (/[\0-\x1f]/.test(name))
    throw new MalformedArchive(`path ${JSON.stringify(name)} has control characters`);
  return steps.join('/');
}

function readExtension(flag: string, content: Buffer): Extended {
  if (flag === 'L') return { path: text(content, 0, content.length) };
  if (flag === 'K') return { target: text(content, 0, content.length) };
  const extended: Extended = {};
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(32, at);
    const length = Number(content.toString('latin1', at, space));
    if (space < 0 || !(length > 0)) throw new MalformedArchive('bad pax record');
    const record = content.toString('utf8', space + 1, at + length - 1);
    const [key, value] = [record.slice(0, record.indexOf('=')), record.slice(record.indexOf('=') + 1)];
    if (key === 'path') extended.path = value;
    if (key === 'linkpath') extended.target = value;
    if (key === 'size') extended.size = Number(value);
    at += length;
  }
  return extended;
}

function text(block: Buffer, offset: number, length: number): string {
  const end = block.indexOf(0, offset);
  return block.toString('utf8', offset, end < 0 || end > offset + length ? offset + length : end);
}

/** An octal field, or GNU's base-256 form if the first bit is set. */
function number(block: Buffer, offset: number, width: number): number {
  if (((block[offset] ?? 0) & 0x80) !== 0) return block.readUIntBE(offset + width - 6, 6);
  const digits = text(block, offset, width).trim();
  return digits === '' ? 0 : Number.parseInt(digits, 8);
}

function isEmpty(block: Buffer): boolean {
  return block.every((byte) => byte === 0);
}
