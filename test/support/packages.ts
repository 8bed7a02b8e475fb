import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256 } from '../../generator/model/brand.ts';
import type { LockedPackage } from '../../generator/model/lock.ts';

/** Content of a test package: text of a file, or a link; `mode` of files defaults to 0644. */
export type PackageFile =
  | { readonly text: string; readonly mode?: number }
  | { readonly symlink: string }
  | { readonly hardlink: string };

export type PackageRecipe = {
  readonly name: string;
  readonly version?: string;
  readonly depends?: string;
  readonly files: Readonly<Record<string, PackageFile>>;
};

/** A .deb made by dpkg-deb in `directory` from the given files; answers as a lock would describe it. */
export function makePackage(
  directory: string,
  recipe: PackageRecipe,
): LockedPackage & { readonly file: string } {
  const { name, version = '1.0' } = recipe;
  const tree = join(directory, `${name}-${version}.tree`);
  mkdirSync(join(tree, 'DEBIAN'), { recursive: true });
  writeFileSync(join(tree, 'DEBIAN/control'), control(recipe));
  for (const [path, content] of Object.entries(recipe.files)) placeFile(tree, path, content);
  const file = join(directory, `${name}_${version}_amd64.deb`);
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', tree, file], { stdio: 'ignore' });
  const bytes = readFileSync(file);
  const digest = sha256(createHash('sha256').update(bytes).digest('hex'));
  const path = `pool/${name}_${version}_amd64.deb`;
  return {
    name,
    version,
    arch: 'amd64',
    size: statSync(file).size,
    sha256: digest,
    archive: 'debian',
    path,
    askedBy: 'dependency',
    file,
  };
}

function control({ name, version = '1.0', depends }: PackageRecipe): string {
  const lines = [
    `Package: ${name}`,
    `Version: ${version}`,
    'Architecture: amd64',
    'Maintainer: Test <test@example.org>',
    ...(depends ? [`Depends: ${depends}`] : []),
    `Description: test package ${name}`,
  ];
  return `${lines.join('\n')}\n`;
}

function placeFile(tree: string, path: string, content: PackageFile): void {
  const place = join(tree, path);
  mkdirSync(dirname(place), { recursive: true });
  if ('symlink' in content) symlinkSync(content.symlink, place);
  else if ('hardlink' in content) linkSync(join(tree, content.hardlink), place);
  else {
    writeFileSync(place, content.text);
    chmodSync(place, content.mode ?? 0o644);
  }
}
