import { readTextIfExists, writeFileAtomic } from '../effects/files.ts';
import { type Result, succeed } from '../model/diagnostic.ts';
import type { Lock } from '../model/lock.ts';
import { formatLock, parseLock } from './lock-text.ts';

/** Reads a lock file; undefined if it does not exist. Diagnostics: lock/unreadable. */
export async function readLock(file: string): Promise<Result<Lock | undefined>> {
  const text = await readTextIfExists(file);
  return text === undefined ? succeed(undefined) : parseLock(text, file);
}

/** Writes the lock completely or not at all; does not touch an equal file. */
export async function writeLock(file: string, lock: Lock): Promise<void> {
  const text = formatLock(lock);
  if ((await readTextIfExists(file)) !== text) await writeFileAtomic(file, text);
}
