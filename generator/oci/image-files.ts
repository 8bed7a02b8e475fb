import type { ImageRecipe } from '../model/image.ts';
import { type ArchiveEntry, directoryEntry, fileEntry, writeArchive } from './archive.ts';
import type { NamedContent } from './layer.ts';
import { ancestors, byPath } from './package-content.ts';
import type { PathRules } from './path-rules.ts';

/** The files that the packages' install scripts would write, as far as the software needs them. */
export type ImageFiles = {
  readonly recipe: Pick<ImageRecipe, 'users' | 'directories' | 'links'>;
  readonly aliases: PathRules['aliases'];
  /** Control files of all packages of the image, in order of name. */
  readonly controls: readonly string[];
  /** Certificates of ca-certificates, in order of path; empty when the image has none. */
  readonly certificates: readonly Buffer[];
  /** True for directories of the packages: they are not written again. */
  readonly isPresent: (path: string) => boolean;
};

const NSSWITCH =
  'passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nservices: files\nprotocols: files\n';

/** The uppermost layer of an image: accounts, name service, certificates, links, dpkg's status file and the recipe's directories. */
export function imageFilesLayer(files: ImageFiles): Buffer {
  const items = [
    ...[...files.aliases].map(([path, target]) => link(path, aliasTarget(path, target))),
    ...files.recipe.links.map(({ path, target }) => link(path.slice(1), target)),
    ...accountFiles(files.recipe.users),
    file('etc/nsswitch.conf', NSSWITCH),
    file('var/lib/dpkg/status', dpkgStatus(files.controls)),
    ...(files.certificates.length > 0
      ? [file('etc/ssl/certs/ca-certificates.crt', bundle(files.certificates))]
      : []),
    ...recipeDirectories(files.recipe),
  ];
  const paths = new Set(items.map((item) => item.path));
  const parents = [...new Set(items.flatMap((item) => ancestors(item.path)))]
    .filter((path) => !paths.has(path) && !files.isPresent(path))
    .map((path) => directoryEntry(path));
  return writeArchive([...parents, ...items].sort(inOrder));
}

/** What a recipe adds, in the form of a package's content, to find conflicts with the packages. */
export function contentOfRecipe({
  file: name,
  links,
  directories,
}: Pick<ImageRecipe, 'file' | 'links' | 'directories'>): NamedContent {
  const entries = links.map(
    ({ path, target }) => ({ ...link(path.slice(1), target), kind: 'symlink', offset: 0 }) as const,
  );
  const made = recipeDirectories({ links, directories, users: [] });
  return { name, index: { control: '', alternatives: [], size: 0, directories: made, entries } };
}

function accountFiles(users: ImageRecipe['users']): ArchiveEntry[] {
  const passwd = [
    'root:x:0:0:root:/root:/bin/sh',
    ...users.map((u) => `${u.name}:x:${u.uid}:${u.gid}:${u.name}:${u.home}:${u.shell}`),
    'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin',
  ];
  const group = ['root:x:0:', ...users.map((u) => `${u.name}:x:${u.gid}:`), 'nogroup:x:65534:'];
  return [file('etc/passwd', `${passwd.join('\n')}\n`), file('etc/group', `${group.join('\n')}\n`)];
}

/** dpkg's status file, for scanners that list packages; the image has no dpkg. */
function dpkgStatus(controls: readonly string[]): string {
  return controls
    .map((control) => `${control.trimEnd().replace('\n', '\nStatus: install ok installed\n')}\n\n`)
    .join('');
}

function bundle(certificates: readonly Buffer[]): string {
  return certificates.map((certificate) => `${certificate.toString('utf8').trimEnd()}\n`).join('');
}

function recipeDirectories({ directories, users }: ImageFiles['recipe']): ArchiveEntry[] {
  const ids = new Map<string, readonly [number, number]>([['root', [0, 0]]]);
  for (const user of users) ids.set(user.name, [user.uid, user.gid]);
  return directories.map(({ path, mode, owner }) => {
    const [uid, gid] = ids.get(owner) ?? [0, 0];
    return directoryEntry(path.slice(1), mode, uid, gid);
  });
}

/** Relative for the links of merged /usr, absolute for links to /run: as usr-is-merged and base-files create them. */
function aliasTarget(path: string, target: string): string {
  return path.startsWith('var/') ? `/${target}` : target;
}

/** Directories first. */
function inOrder(a: ArchiveEntry, b: ArchiveEntry): number {
  return Number(a.kind !== 'directory') - Number(b.kind !== 'directory') || byPath(a, b);
}

function file(path: string, text: string): ArchiveEntry {
  return fileEntry(path, Buffer.from(text));
}

function link(path: string, target: string): ArchiveEntry {
  return { path, kind: 'symlink', mode: 0o777, uid: 0, gid: 0, size: 0, target };
}
