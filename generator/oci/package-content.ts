import { posix } from 'node:path';
import type { Alternative } from './alternatives.ts';
import { canonicalPath, isBelow, isDropped, type PathRules } from './path-rules.ts';
import { BLOCK, encodeHeader, padded, type TarEntry } from './tar-header.ts';
import type { PlacedEntry } from './tar-reader.ts';

export type ContentDirectory = {
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
};

/** An entry of a package content; `offset` is the byte where a file's data starts in the content file. */
export type ContentEntry = {
  readonly path: string;
  readonly kind: 'file' | 'symlink' | 'hardlink';
  readonly mode: number;
  readonly size: number;
  readonly offset: number;
  readonly target?: string;
};

/**
 * What a package adds to an image. The content file has every entry except the directories: packages share them, and a
 * layer writes each once. `control` is the package's control file; `size` is the length of the content file in bytes.
 */
export type ContentIndex = {
  readonly control: string;
  readonly alternatives: readonly Alternative[];
  readonly size: number;
  readonly directories: readonly ContentDirectory[];
  readonly entries: readonly ContentEntry[];
};

/** The selected paths of a package: below the prefixes of `only`, if it is set, and not below those of `without`. */
export type Selection = { readonly only?: readonly string[]; readonly without?: readonly string[] };

/** A range of the package's archive that becomes the data of one entry, and the header to write before it. */
export type ContentRange = { readonly header: Buffer; readonly offset: number; readonly size: number };

/**
 * The content of a package: its entries under image paths, sorted, without unneeded paths and without set-id bits. With
 * `only`, links out of those paths become files. Write the `ranges` in their order, each padded to whole blocks.
 */
export function planContent(
  archive: readonly PlacedEntry[],
  { paths, ...about }: Pick<ContentIndex, 'control' | 'alternatives'> & { readonly paths: PathRules },
  { only, without = [] }: Selection = {},
): { index: ContentIndex; ranges: ContentRange[] } {
  const all = inImage(archive, paths);
  const isOneOf = (path: string, prefixes: readonly string[]) =>
    prefixes.some((prefix) => isBelow(path, prefix));
  const isKept = (path: string) =>
    !isDropped(path, paths) && (!only || isOneOf(path, only)) && !isOneOf(path, without);
  const kept = all.filter((entry) => entry.kind !== 'directory' && isKept(entry.path));
  const entries = orderHardlinks(dereference(kept, { all, paths, follow: only !== undefined }).sort(byPath));
  const placed = placeEntries(entries);
  return {
    index: {
      ...about,
      size: placed.size,
      directories: keepDirectories(all, entries, isKept),
      entries: placed.entries,
    },
    ranges: placed.ranges,
  };
}

function inImage(archive: readonly PlacedEntry[], rules: PathRules): PlacedEntry[] {
  return archive.flatMap((entry) => {
    const path = canonicalPath(entry.path, rules);
    if (path === undefined || path === '' || path === '.') return [];
    if (entry.kind !== 'hardlink') return [{ ...entry, path }];
    const target = (entry.target ?? '').replace(/^(\.?\/)+/, '');
    return [{ ...entry, path, target: canonicalPath(target, rules) ?? target }];
  });
}

/** Hard links to paths that are left out become files; with `follow`, symbolic links too. */
function dereference(
  kept: PlacedEntry[],
  {
    all,
    paths,
    follow,
  }: { readonly all: readonly PlacedEntry[]; readonly paths: PathRules; readonly follow: boolean },
): PlacedEntry[] {
  const byName = new Map(all.map((entry) => [entry.path, entry]));
  const keptNames = new Set(kept.map((entry) => entry.path));
  return kept.map((entry) => {
    if (entry.kind === 'file' || (entry.kind === 'symlink' && !follow)) return entry;
    const content = followLinks(entry, byName, paths);
    if (!content || keptNames.has(content.path)) return entry;
    const { target: _, ...rest } = entry;
    return { ...rest, kind: 'file', mode: content.mode, size: content.size, offset: content.offset };
  });
}

function followLinks(
  entry: PlacedEntry,
  byName: ReadonlyMap<string, PlacedEntry>,
  rules: PathRules,
): PlacedEntry | undefined {
  let current: PlacedEntry | undefined = entry;
  for (let hops = 0; current && current.kind !== 'file' && hops < 40; hops++) {
    if (current.kind === 'directory') return undefined;
    current = byName.get(linkedPath(current, rules));
  }
  return current?.kind === 'file' ? current : undefined;
}

function linkedPath(link: PlacedEntry, rules: PathRules): string {
  const target = link.target ?? '';
  if (link.kind === 'hardlink') return target;
  const path = target.startsWith('/') ? target.slice(1) : posix.join(posix.dirname(link.path), target);
  return canonicalPath(path, rules) ?? path;
}

/** Of several names of one file, the first has the data and the others are hard links to it: a reader needs it first. */
function orderHardlinks(sorted: PlacedEntry[]): PlacedEntry[] {
  const byName = new Map(sorted.map((entry) => [entry.path, entry]));
  const first = new Map<string, string>();
  return sorted.map((entry) => {
    const content = entry.kind === 'hardlink' ? byName.get(entry.target ?? '') : entry;
    if (content?.kind !== 'file') return entry;
    const holder = first.get(content.path);
    if (holder !== undefined) return { ...entry, kind: 'hardlink', size: 0, target: holder };
    first.set(content.path, entry.path);
    const { target: _, ...rest } = entry;
    return { ...rest, kind: 'file', size: content.size, offset: content.offset };
  });
}

function placeEntries(entries: readonly PlacedEntry[]): {
  entries: ContentEntry[];
  ranges: ContentRange[];
  size: number;
} {
  const placed: ContentEntry[] = [];
  const ranges: ContentRange[] = [];
  let position = 0;
  for (const entry of entries) {
    const { path, kind, size, target } = entry;
    if (kind === 'directory') continue;
    const mode = kind === 'symlink' ? 0o777 : entry.mode & 0o777;
    const header = encodeHeader({ ...entry, mode });
    const offset = position + header.length;
    placed.push({ path, kind, mode, size, offset, ...(target !== undefined && { target }) });
    ranges.push({ header, offset: entry.offset, size });
    position = offset + padded(size);
  }
  return { entries: placed, ranges, size: position };
}

/** Directories that are kept, and the parents of kept entries. */
function keepDirectories(
  all: readonly PlacedEntry[],
  kept: readonly TarEntry[],
  isKept: (path: string) => boolean,
): ContentDirectory[] {
  const parents = new Set(kept.flatMap((entry) => ancestors(entry.path)));
  return all
    .filter((entry) => entry.kind === 'directory')
    .filter(({ path }) => parents.has(path) || (isKept(path) && !path.startsWith('usr/share/doc')))
    .map(({ path, mode, uid, gid }) => ({ path, mode, uid, gid }))
    .sort(byPath);
}

/** The directories above a path, outermost first. */
export function ancestors(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** The fixed order of everything in a layer. */
export function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : Number(a.path > b.path);
}

/** The zero bytes that follow `size` bytes of data. */
export function contentPadding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}
