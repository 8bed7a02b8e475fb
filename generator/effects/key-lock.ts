import { statSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isErrno } from './files.ts';

/** Nobody has the lock for as long: it is for writing a few small files. */
const STALE_MS = 10_000;

const queues = new Map<string, Promise<unknown>>();

/** Does `work` while no other process, and nothing else of this one, changes keys in `directory`. */
export function withKeyLock<T>(directory: string, work: () => Promise<T>): Promise<T> {
  const done = (queues.get(directory) ?? Promise.resolve()).then(() => withLockFile(directory, work));
  queues.set(
    directory,
    done.catch(() => undefined),
  );
  return done;
}

async function withLockFile<T>(directory: string, work: () => Promise<T>): Promise<T> {
  const path = join(directory, 'lock');
  while (!(await create(path))) {
    const made = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    // A process that was killed has left it.
    if (made !== undefined && Date.now() - made > STALE_MS) await rm(path, { force: true });
    else await delay(20);
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function create(path: string): Promise<boolean> {
  try {
    await (await open(path, 'wx', 0o600)).close();
    return true;
  } catch (cause) {
    if (isErrno(cause, 'EEXIST')) return false;
    throw cause;
  }
}
