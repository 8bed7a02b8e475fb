import { statfs } from 'node:fs/promises';
import { makeDirectory } from './files.ts';

/** Free bytes of the file system of a directory, which is created if it is missing. */
export async function freeBytes(directory: string): Promise<number> {
  await makeDirectory(directory);
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}
