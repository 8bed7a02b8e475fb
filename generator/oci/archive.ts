import { ancestors, byPath, contentPadding } from './package-content.ts';
import { encodeHeader, endOfArchive, type TarEntry } from './tar-header.ts';

/** An entry of a small archive in memory; only files have `content`. */
export type ArchiveEntry = TarEntry & { readonly content?: Uint8Array };

/** A file owned by root. */
export function fileEntry(path: string, content: Uint8Array, mode = 0o644): ArchiveEntry {
  return { path, kind: 'file', mode, uid: 0, gid: 0, size: content.length, content };
}

export function directoryEntry(path: string, mode = 0o755, uid = 0, gid = 0): ArchiveEntry {
  return { path, kind: 'directory', mode, uid, gid, size: 0 };
}

/** A reproducible tar of the entries, sorted by path, with their parent directories (owner root, mode 0755). */
export function archiveWithParents(entries: readonly ArchiveEntry[]): Buffer {
  const parents = entries.flatMap(({ path }) => ancestors(path)).map((path) => directoryEntry(path));
  const all = new Map([...parents, ...entries].map((entry) => [entry.path, entry]));
  return writeArchive([...all.values()].sort(byPath));
}

/** A tar of the entries in their order. */
export function writeArchive(entries: readonly ArchiveEntry[]): Buffer {
  const blocks = entries.flatMap((entry) => [
    encodeHeader(entry),
    ...(entry.content ? [entry.content, contentPadding(entry.size)] : []),
  ]);
  return Buffer.concat([...blocks, endOfArchive()]);
}
