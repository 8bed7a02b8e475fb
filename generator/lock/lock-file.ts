import { readTextIfExists, writeFileAtomic } from '../effects/files.ts';
import { type Result, succeed } from '../model/diagnostic.ts';
import type { Lock } from '../model/lock.ts';
import { formatLock, parseLock } from './lock-text.ts';

/** The lock of a file, undefined where there is none. Diagnostics: lock/unreadable. */
export async function readLock(file: string): Promise<Result<Lock | undefined>> {
  const text = await readTextIfExists(file);
  return text === undefined ? succeed(undefined) : parseLock(text, file);
}

/** Writes the lock, whole or not at all; leaves an equal file untouched. */
export async function writeLock(file: string, lock: Lock): Promise<void> {
  const text = formatLock(lock);
  if ((await readTextIfExists(file)) !== text) await writeFileAtomic(file, text);
}
