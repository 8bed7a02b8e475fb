import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { mustRun, run } from './process.ts';

/** Where a new, empty disk is mounted, below `directory`; it takes space as it is filled. `size` as in truncate(1). */
export async function newDisk(directory: string, name: string, size: string): Promise<string> {
  const [file, folder] = [fileOf(directory, name), join(directory, name)];
  mkdirSync(folder);
  await mustRun('truncate', ['-s', size, file]);
  await mustRun('mke2fs', ['-q', '-F', '-t', 'ext4', '-m', '0', file]);
  await mustRun('mount', ['-o', 'loop', file, folder]);
  return folder;
}

function fileOf(directory: string, name: string): string {
  return join(directory, `${name}.ext4`);
}

/**
 * EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH (linux/fs/ext4/ext4.h): from now on nothing reaches the disk,
 * neither what the page cache holds nor the journal that is in memory. File systems are tested for crashes with it.
 */
const STOP = `import fcntl, os, struct, sys
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587D, struct.pack('I', 2))`;

/** The power of a mounted disk of {@link newDisk} is gone: what was not synced is lost. */
export async function stopDisk(directory: string, name: string): Promise<void> {
  await mustRun('python3', ['-c', STOP, join(directory, name)]);
}

/**
 * Mounts the disk again; its journal is replayed, as at a boot. It is a copy: as long as any mount namespace holds the
 * stopped file system, the kernel gives that one for the same file.
 */
export async function restartDisk(directory: string, name: string): Promise<void> {
  const [file, folder] = [fileOf(directory, name), join(directory, name)];
  await unmount(folder);
  await mustRun('cp', ['--sparse=always', '--reflink=auto', file, `${file}.new`], { timeoutSeconds: 600 });
  renameSync(`${file}.new`, file);
  await mustRun('mount', ['-o', 'loop', file, folder]);
}

/** A process that was just killed may hold it for a moment. Throws after 20 s. */
export async function unmount(path: string): Promise<void> {
  for (let tries = 200; ; tries--) {
    const { code, stderr } = await run('umount', [path]);
    if (code === 0) return;
    if (tries === 0) throw new Error(`umount ${path}: ${stderr}`);
    await delay(100);
  }
}
