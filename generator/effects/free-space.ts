import { mkdir, statfs } from 'node:fs/promises';

/** Bytes that may still be written below a directory, which is made where it is missing. */
export async function freeBytes(directory: string): Promise<number> {
  await mkdir(directory, { recursive: true });
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}
