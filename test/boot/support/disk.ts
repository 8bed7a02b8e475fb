import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '../../support/lab.ts';
import { mustRun } from '../../support/process.ts';

/** The directory of a new disk of 2 GB, small enough to be filled; it goes with the lab. */
export async function smallDisk(lab: Lab, name: string): Promise<string> {
  const [file, folder] = [join(lab.directory, `${name}.ext4`), join(lab.directory, `${name}-data`)];
  mkdirSync(folder);
  await mustRun('truncate', ['-s', '2G', file]);
  await mustRun('mke2fs', ['-q', '-F', '-t', 'ext4', '-m', '0', file]);
  await mustRun('mount', ['-o', 'loop', file, folder]);
  return folder;
}
