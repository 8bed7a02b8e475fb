import { Unreachable } from '../model/brand.ts';

/**
 * One entry of a tar archive. `path` has no leading `./` and no trailing slash; `size` is in bytes and 0 for anything
 * but a file; `target` is the target of a link, unchanged.
 */
export type TarEntry = {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'symlink' | 'hardlink';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly target?: string;
};

/** Bytes of a tar block; headers and data are padded to it (POSIX pax, `ustar` interchange format). */
export const BLOCK = 512;
/** The time of every entry, in seconds: 2000-01-01, the same for every build. */
export const ENTRY_TIME = 946_684_800;

const TYPE_FLAG = { file: '0', hardlink: '1', symlink: '2', directory: '5' } as const;
const PRINTABLE = /^[\x20-\x7e]*$/;
const OCTAL_SIZE_LIMIT = 8 ** 11;

/** `size` rounded up to whole blocks. */
export function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

/** The two empty blocks that end an archive. */
export function endOfArchive(): Buffer {
  return Buffer.alloc(2 * BLOCK);
}

/** The header of an entry: USTAR, after a pax header only if the name, target or size does not fit into USTAR. */
export function encodeHeader(entry: TarEntry): Buffer {
  const path = entry.kind === 'directory' ? `${entry.path}/` : entry.path;
  const name = splitName(path);
  const target = entry.target ?? '';
  const records = [
    ...(name ? [] : [paxRecord('path', path)]),
    ...(fits(target, 100) ? [] : [paxRecord('linkpath', target)]),
    ...(entry.size < OCTAL_SIZE_LIMIT ? [] : [paxRecord('size', String(entry.size))]),
  ];
  const header = ustarBlock(entry, name ?? { prefix: '', name: shortened(path) }, TYPE_FLAG[entry.kind]);
  return records.length === 0 ? header : Buffer.concat([paxHeader(path, Buffer.concat(records)), header]);
}

function ustarBlock(entry: TarEntry, name: { prefix: string; name: string }, flag: string): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(name.name, 0, 100, 'utf8');
  writeOctal(block, 100, 8, entry.mode);
  writeOctal(block, 108, 8, entry.uid);
  writeOctal(block, 116, 8, entry.gid);
  writeOctal(block, 124, 12, entry.size < OCTAL_SIZE_LIMIT ? entry.size : 0);
  writeOctal(block, 136, 12, ENTRY_TIME);
  block.fill(' ', 148, 156);
  block.write(flag, 156, 'latin1');
  block.write(
    fits(entry.target ?? '', 100) ? (entry.target ?? '') : shortened(entry.target ?? ''),
    157,
    100,
    'utf8',
  );
  block.write('ustar\u000000', 257, 'latin1');
  block.write(name.prefix, 345, 155, 'utf8');
  block.write(`${checksum(block).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** The name split at a slash into the 155 and 100 bytes that USTAR has, or undefined when it does not fit. */
function splitName(path: string): { prefix: string; name: string } | undefined {
  if (fits(path, 100)) return { prefix: '', name: path };
  if (!PRINTABLE.test(path)) return undefined;
  const slash = path.lastIndexOf('/', Math.min(155, path.length - 2));
  if (slash <= 0 || path.length - slash - 1 > 100) return undefined;
  return { prefix: path.slice(0, slash), name: path.slice(slash + 1) };
}

function fits(text: string, length: number): boolean {
  return text.length <= length && PRINTABLE.test(text);
}

/** The name for readers without pax: it fits into the field and is not cut inside a character. */
function shortened(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '_').slice(0, 100);
}

function paxHeader(path: string, records: Buffer): Buffer {
  const name = { prefix: '', name: `PaxHeaders/${shortened(path).slice(-80).replaceAll('/', '_')}` };
  const entry = { path: '', kind: 'file', mode: 0o644, uid: 0, gid: 0, size: records.length } as const;
  const padding = Buffer.alloc(padded(records.length) - records.length);
  return Buffer.concat([ustarBlock(entry, name, 'x'), records, padding]);
}

/** `<length> <key>=<value>\n`; the length includes its own digits. */
function paxRecord(key: string, value: string): Buffer {
  const body = Buffer.byteLength(` ${key}=${value}\n`);
  let length = body + String(body).length;
  if (body + String(length).length !== length) length = body + String(length).length;
  return Buffer.from(`${length} ${key}=${value}\n`);
}

function writeOctal(block: Buffer, offset: number, width: number, value: number): void {
  const digits = value.toString(8).padStart(width - 1, '0');
  if (digits.length >= width) throw new Unreachable(`tar field of ${width} bytes is too small for ${value}`);
  block.write(`${digits}\0`, offset, 'latin1');
}

/** The sum of all header bytes with spaces in the checksum field. */
export function checksum(block: Buffer): number {
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 32 : (block[i] ?? 0);
  return sum;
}
