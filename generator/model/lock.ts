import type { Sha256 } from './brand.ts';
import type { Place } from './origin.ts';

/** An image that packages are wanted for: what `pigsty lock` is asked to solve. */
export type ImageRequest = {
  readonly name: string;
  readonly platform: string;
  readonly packages: readonly PackageRequest[];
  /** Packages that the solver takes for installed, sorted; none of {@link packages}. */
  readonly absent: readonly string[];
};

/** `askedBy` is a recipe line (`images/postgres.yml:12`) or a parameter (`pg_extensions`). */
export type PackageRequest = { readonly name: string; readonly askedBy: string; readonly place?: Place };

/**
 * An archive that an inventory names; `key` is the text of the OpenPGP key that signs it. One without suites has the
 * suite `./` and an empty component.
 */
export type SignedSource = {
  readonly archive: string;
  /** The platform whose images may take packages from it. */
  readonly platform: string;
  readonly address: string;
  readonly suite: string;
  readonly component: string;
  readonly key: string;
};

/** A signed index that packages came from; addresses are never recorded. */
export type LockedSource = {
  readonly archive: string;
  readonly suite: string;
  readonly component: string;
  readonly release: Sha256;
};

export type LockedPackage = {
  readonly name: string;
  readonly version: string;
  readonly arch: string;
  /** Bytes of the .deb. */
  readonly size: number;
  readonly sha256: Sha256;
  /** Which archive `path` is below: one of the machine's (`debian`), or of `image_sources`. A `Filename` of its index. */
  readonly archive: string;
  readonly path: string;
  /** Who asked, or `dependency`. */
  readonly askedBy: string;
};

export type LockedPlatform = {
  readonly platform: string;
  readonly architecture: string;
  readonly sources: readonly LockedSource[];
  readonly packages: readonly LockedPackage[];
  /** Image name -> names of its packages: the closure, sorted. */
  readonly images: Readonly<Record<string, readonly string[]>>;
};

/** The exact packages that every image of a site is made of. `inputs` digests what was asked; a different one is stale. */
export type Lock = {
  readonly version: 1;
  readonly inputs: Sha256;
  readonly platforms: readonly LockedPlatform[];
};
