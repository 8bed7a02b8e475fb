import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { mustRun } from './process.ts';

/** A small disk of `kilobytes`, mounted at `path` while `work` runs. */
export async function withTmpfs<T>(
  path: string,
  kilobytes: number,
  work: (grow: (kilobytes: number) => Promise<void>) => Promise<T>,
): Promise<T> {
  mkdirSync(path, { recursive: true });
  const unmount = () => execFileSync('umount', ['--lazy', path]);
  await mustRun('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'none', path]);
  process.once('exit', unmount);
  try {
    return await work(async (more) => {
      await mustRun('mount', ['-o', `remount,size=${more}k`, path]);
    });
  } finally {
    process.off('exit', unmount);
    unmount();
  }
}
