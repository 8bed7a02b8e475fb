import { statfs } from 'node:fs/promises';
import { makeDirectory } from './files.ts';

/** Bytes that may still be written below a directory, which is made where it is missing. */
export async function freeBytes(directory: string): Promise<number> {
  await makeDirectory(directory);
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}
