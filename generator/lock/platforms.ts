/** A distribution release that images are made of: its archives, as names, and the keys that sign them. */
export type Platform = {
  readonly name: string;
  /** Debian's name of the architecture; OCI calls it the same for amd64 and arm64. */
  readonly architecture: string;
  readonly keyring: string;
  /** Which suites of which archive; where an archive is, the machine's own apt configuration says. */
  readonly suites: readonly {
    readonly archive: string;
    readonly suite: string;
    readonly component: string;
  }[];
};

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

export const PLATFORMS: ReadonlyMap<string, Platform> = new Map([[debian13.name, debian13]]);
