import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The public ssh keys of the current user: the lines of `~/.ssh/id*.pub` without certificates. Unreadable files are left out. */
export async function operatorKeys(): Promise<string[]> {
  const folder = join(homedir(), '.ssh');
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => /^id.*(?<!-cert)\.pub$/.test(name)).sort();
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8').catch(() => '')));
  return texts.flatMap((text) => text.split('\n').map((line) => line.trim())).filter((line) => line !== '');
}
