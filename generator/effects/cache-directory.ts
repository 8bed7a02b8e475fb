import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from './process.ts';

/** `${XDG_CACHE_HOME:-~/.cache}/pigsty` (XDG base directory specification); a relative XDG_CACHE_HOME is ignored. */
export function cacheDirectory(environment: Environment): string {
  const xdg = environment.XDG_CACHE_HOME;
  if (xdg?.startsWith('/')) return join(xdg, 'pigsty');
  return join(environment.HOME ?? homedir(), '.cache', 'pigsty');
}
