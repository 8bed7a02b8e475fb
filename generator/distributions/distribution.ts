import type { SignedSource } from '../model/lock.ts';
import type { PathRules } from '../oci/path-rules.ts';

export type Suite = Pick<SignedSource, 'archive' | 'suite' | 'component' | 'packages'>;
/** A suite of another release, and the packages that it lends: names without `*`. */
export type Lender = Suite & Required<Pick<Suite, 'packages'>>;

/** The input of the solver: the archives of a distribution, by name, and their keys. */
export type Platform = {
  readonly name: string;
  /** Debian's name of the architecture; OCI uses the same name for amd64 and arm64. */
  readonly architecture: string;
  /** The program that resolves the packages of an image (lock/solver.ts). */
  readonly solver: 'apt';
  readonly keyring: string;
  /** The suites of each archive; the machine's apt configuration has the addresses of the archives. */
  readonly suites: readonly Suite[];
  /** Packages that another release has and this one runs. They need no others from there. */
  readonly lenders?: readonly Lender[];
  /** Archives that the inventory adds, each with its address and key. */
  readonly sources?: readonly SignedSource[];
};

/** One release of a distribution that images can be built from. Plain data: `validate` needs no network. */
export type Distribution = Platform & {
  /** Recipes and tables of packages use the names that all releases of a family share. */
  readonly family: 'debian';
  /** The program that unpacks a package (emit/unpacker.ts). */
  readonly unpacker: 'dpkg-deb';
  readonly paths: PathRules;
  readonly postgres: PostgresPackages;
};

/** The PostgreSQL packages of a release. Names are those of the family, with `%v` for the major version. */
export type PostgresPackages = {
  /** Available major versions, the preferred one first. */
  readonly majors: readonly [number, ...number[]];
  /** Packages with another name than in the family. */
  readonly renamed: Readonly<Record<string, string>>;
  /** Packages of the family that it does not have. */
  readonly lacks: readonly string[];
};

export type Platforms = ReadonlyMap<string, Platform>;

/** All suites, the platform's first. */
export function allSuites({ suites, lenders = [], sources = [] }: Platform): readonly Suite[] {
  return [...suites, ...lenders, ...sources];
}

/** The platform for images that request these packages: with the lenders that they need, and no others. */
export function platformFor(platform: Platform, names: readonly string[]): Platform {
  const { lenders = [] } = platform;
  return {
    ...platform,
    lenders: lenders.filter(({ packages }) => packages.some((one) => names.includes(one))),
  };
}
