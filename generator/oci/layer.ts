import type { Sha256 } from '../model/brand.ts';
import type { Descriptor } from '../model/image.ts';
import { ancestors, byPath, type MemberDirectory, type MemberEntry, type MemberIndex } from './member.ts';
import { encodeHeader } from './tar-header.ts';

/** A package's member under its package name. */
export type NamedMember = { readonly name: string; readonly index: MemberIndex };
/** Two packages of one image that hold the same path; the later one would hide the earlier one's. */
export type FileConflict = { readonly path: string; readonly packages: readonly [string, string] };

export const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar';

/** The start of a layer: the directories of its members, each once, parents first; the first member by name decides. */
export function directoryHeaders(members: readonly NamedMember[]): Buffer {
  const directories = new Map<string, MemberDirectory>();
  for (const { index } of members) {
    for (const directory of index.directories) {
      if (!directories.has(directory.path)) directories.set(directory.path, directory);
    }
  }
  const sorted = [...directories.values()].sort(byPath);
  return Buffer.concat(sorted.map((entry) => encodeHeader({ ...entry, kind: 'directory', size: 0 })));
}

/** Paths that two packages claim, one of them as something else than a directory; sorted by path. */
export function findConflicts(members: readonly NamedMember[]): FileConflict[] {
  const owners = new Map<string, string>();
  const conflicts = new Map<string, FileConflict>();
  for (const { name, index } of members) {
    for (const { path } of index.entries) {
      const other = owners.get(path);
      if (other !== undefined) conflicts.set(path, { path, packages: [other, name] });
      else owners.set(path, name);
    }
  }
  for (const { name, index } of members) {
    for (const path of [
      ...index.directories.map((d) => d.path),
      ...index.entries.flatMap((e) => ancestors(e.path)),
    ]) {
      const other = owners.get(path);
      if (other !== undefined) conflicts.set(path, { path, packages: [other, name] });
    }
  }
  return [...conflicts.values()].sort(byPath);
}

/** All entries of an image by path, to look programs up. */
export function entriesByPath(members: readonly NamedMember[]): Map<string, MemberEntry> {
  return new Map(members.flatMap(({ index }) => index.entries.map((entry) => [entry.path, entry])));
}

export function layerDescriptor(digest: Sha256, size: number): Descriptor {
  return { mediaType: LAYER_TYPE, digest: `sha256:${digest}`, size };
}
