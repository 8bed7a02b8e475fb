import type { SignedSource } from '../model/lock.ts';
import type { PathRules } from '../oci/path-rules.ts';

export type Suite = Pick<SignedSource, 'archive' | 'suite' | 'component'>;

/** What the solver needs to know of a distribution: its archives, as names, and the keys that sign them. */
export type Platform = {
  readonly name: string;
  /** Debian's name of the architecture; OCI calls it the same for amd64 and arm64. */
  readonly architecture: string;
  /** Which program answers what packages an image consists of (lock/solver.ts). */
  readonly solver: 'apt';
  readonly keyring: string;
  /** Which suites of which archive; where an archive is, the machine's own apt configuration says. */
  readonly suites: readonly Suite[];
  /** Archives that an inventory adds; they say themselves where they are and who signs them. */
  readonly sources?: readonly SignedSource[];
};

/** One release of a distribution that images can be made of. Plain data: `validate` reads it without a network. */
export type Distribution = Platform & {
  /** Recipes and tables of packages name what all releases of a family share. */
  readonly family: 'debian';
  /** Which program opens a package (emit/unpacker.ts). */
  readonly unpacker: 'dpkg-deb';
  readonly paths: PathRules;
  readonly postgres: PostgresPackages;
};

/** What a release has of PostgreSQL. Names are the family's, with `%v` for the major version. */
export type PostgresPackages = {
  /** Major versions that it carries, the preferred one first. */
  readonly majors: readonly [number, ...number[]];
  /** Packages that it calls by another name than its family. */
  readonly renamed: Readonly<Record<string, string>>;
  /** Packages of the family that it does not carry. */
  readonly lacks: readonly string[];
};

export type Platforms = ReadonlyMap<string, Platform>;

/** All suites, the platform's first. */
export function allSuites({ suites, sources = [] }: Platform): readonly Suite[] {
  return [...suites, ...sources];
}
