import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheDirectory } from '../generator/effects/cache-directory.ts';
import { packageFile } from '../generator/lock/fetch.ts';
import { readLock } from '../generator/lock/lock-file.ts';
import type { LockedPackage, LockedPlatform } from '../generator/model/lock.ts';
import { removeTree } from '../test/support/process.ts';
import { Workshop } from '../test/support/product.ts';

/** Blueprint meta with keys and a lock; the locked packages are in this machine's cache. */
export async function openSite(): Promise<Workshop> {
  const workshop = new Workshop('meta');
  await workshop.build();
  return workshop;
}

export function lockFile(workshop: Workshop): string {
  return workshop.inventory.replace(/\.yml$/, '.lock.json');
}

/** The only platform of the site's lock. */
export async function lockedPlatform(workshop: Workshop): Promise<LockedPlatform> {
  const lock = await readLock(lockFile(workshop));
  const [platform] = (lock.ok && lock.value?.platforms) || [];
  if (!platform) throw new Error('the build wrote no lock');
  return platform;
}

/** The packages of one image. */
export function packagesOf({ images, packages }: LockedPlatform, image: string): readonly LockedPackage[] {
  return packages.filter(({ name }) => images[image]?.includes(name));
}

/**
 * The packages for the peers: without locales-all. The product takes one locale from it; the peers would unpack all
 * 850.
 */
export function forPeers(packages: readonly LockedPackage[]): readonly LockedPackage[] {
  return packages.filter(({ name }) => name !== 'locales-all');
}

/** The cache of the product on this machine, with the locked packages. */
export const machineCache = cacheDirectory(process.env);

/** A cache with packages only, as on a new machine. */
export class Cache {
  readonly directory: string;
  /** The environment that makes `pigsty` use this cache. */
  readonly env: NodeJS.ProcessEnv;
  readonly #home: string;

  constructor(home: string) {
    this.#home = home;
    this.directory = join(home, 'pigsty');
    this.env = { ...process.env, XDG_CACHE_HOME: home };
  }

  /** Copies the packages, which also puts them into the page cache. */
  fill(packages: readonly LockedPackage[]): void {
    removeTree(this.#home);
    for (const { sha256 } of packages) {
      const file = packageFile(this.directory, sha256);
      mkdirSync(dirname(file), { recursive: true });
      copyFileSync(packageFile(machineCache, sha256), file);
    }
  }
}
