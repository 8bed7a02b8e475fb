import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from './process.ts';

/** Where a new, empty disk is mounted, below `directory`; it takes space as it is filled. `size` as in truncate(1). */
export async function newDisk(directory: string, name: string, size: string): Promise<string> {
  const [file, folder] = [join(directory, `${name}.ext4`), join(directory, name)];
  mkdirSync(folder);
  await mustRun('truncate', ['-s', size, file]);
  await mustRun('mke2fs', ['-q', '-F', '-t', 'ext4', '-m', '0', file]);
  await mustRun('mount', ['-o', 'loop', file, folder]);
  return folder;
}
