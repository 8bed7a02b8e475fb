import { contentPadding } from './member.ts';
import { encodeHeader, endOfArchive } from './tar-header.ts';

/** A file or directory of a small archive held in memory. */
export type ArchiveEntry = {
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Absent for a directory. */
  readonly content?: Uint8Array;
};

/** A reproducible tar of the entries, sorted by path, with the directories above them (root's, 0755). */
export function writeArchive(entries: readonly ArchiveEntry[]): Buffer {
  const all = new Map<string, ArchiveEntry>();
  for (const entry of entries) {
    for (const path of parents(entry.path)) all.set(path, { path, mode: 0o755, uid: 0, gid: 0 });
  }
  for (const entry of entries) all.set(entry.path, entry);
  const sorted = [...all.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  return Buffer.concat([...sorted.flatMap(encode), endOfArchive()]);
}

function encode({ path, mode, uid, gid, content }: ArchiveEntry): Uint8Array[] {
  if (!content) return [encodeHeader({ path, kind: 'directory', mode, uid, gid, size: 0 })];
  const header = encodeHeader({ path, kind: 'file', mode, uid, gid, size: content.length });
  return [header, content, contentPadding(content.length)];
}

function parents(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
