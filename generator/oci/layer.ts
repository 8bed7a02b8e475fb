import type { Sha256 } from '../model/brand.ts';
import type { Descriptor } from '../model/image.ts';
import {
  ancestors,
  byPath,
  type ContentDirectory,
  type ContentEntry,
  type ContentIndex,
} from './package-content.ts';
import { encodeHeader } from './tar-header.ts';

/** A package's content, with the package name. */
export type NamedContent = { readonly name: string; readonly index: ContentIndex };
/** Two packages of one image that contain the same path; the second would hide the first. */
export type FileConflict = { readonly path: string; readonly packages: readonly [string, string] };

export const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar';

/** The start of a layer: the directories of its packages, each once, parents first. The first package by name decides. */
export function directoryHeaders(contents: readonly NamedContent[]): Buffer {
  const directories = new Map<string, ContentDirectory>();
  for (const { index } of contents) {
    for (const directory of index.directories) {
      if (!directories.has(directory.path)) directories.set(directory.path, directory);
    }
  }
  const sorted = [...directories.values()].sort(byPath);
  return Buffer.concat(sorted.map((entry) => encodeHeader({ ...entry, kind: 'directory', size: 0 })));
}

/** Paths that two packages contain, at least one of them not as a directory; sorted by path. */
export function findConflicts(contents: readonly NamedContent[]): FileConflict[] {
  const owners = new Map<string, string>();
  const conflicts = new Map<string, FileConflict>();
  for (const { name, index } of contents) {
    for (const { path } of index.entries) {
      const other = owners.get(path);
      if (other !== undefined) conflicts.set(path, { path, packages: [other, name] });
      else owners.set(path, name);
    }
  }
  for (const { name, index } of contents) {
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

/** All entries of an image by path. */
export function entriesByPath(contents: readonly NamedContent[]): Map<string, ContentEntry> {
  return new Map(contents.flatMap(({ index }) => index.entries.map((entry) => [entry.path, entry])));
}

export function layerDescriptor(digest: Sha256, size: number): Descriptor {
  return { mediaType: LAYER_TYPE, digest: `sha256:${digest}`, size };
}
