import type { SignedSource } from '../model/lock.ts';

/** A distribution release that images are made of: its archives, as names, and the keys that sign them. */
export type Platform = {
  readonly name: string;
  /** Debian's name of the architecture; OCI calls it the same for amd64 and arm64. */
  readonly architecture: string;
  readonly keyring: string;
  /** Which suites of which archive; where an archive is, the machine's own apt configuration says. */
  readonly suites: readonly Suite[];
  /** Archives that an inventory adds; they say themselves where they are and who signs them. */
  readonly sources?: readonly SignedSource[];
};

export type Suite = Pick<SignedSource, 'archive' | 'suite' | 'component'>;

export type Platforms = ReadonlyMap<string, Platform>;

const debian13: Platform = {
  name: 'debian13',
  architecture: 'amd64',
  keyring: '/usr/share/keyrings/debian-archive-keyring.gpg',
  suites: [
    { archive: 'debian', suite: 'trixie', component: 'main' },
    { archive: 'debian', suite: 'trixie-updates', component: 'main' },
    { archive: 'debian-security', suite: 'trixie-security', component: 'main' },
  ],
};

export const PLATFORMS: Platforms = new Map([[debian13.name, debian13]]);

/** The platforms with the archives that an inventory adds. */
export function platformsWith(sources: readonly SignedSource[]): Platforms {
  return new Map([...PLATFORMS].map(([name, platform]) => [name, { ...platform, sources }]));
}

/** All suites, the platform's first. */
export function allSuites({ suites, sources = [] }: Platform): readonly Suite[] {
  return [...suites, ...sources];
}
