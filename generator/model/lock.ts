import type { Sha256 } from './brand.ts';
import type { Place } from './origin.ts';

/** An image and its requested packages: the input of the solver. */
export type ImageRequest = {
  readonly name: string;
  readonly platform: string;
  readonly packages: readonly PackageRequest[];
  /** Packages that the solver treats as installed, sorted; none of {@link packages}. */
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
  /** The packages that it may supply, `*` for any characters; all if absent. */
  readonly packages?: readonly string[];
};

/** A signed index of packages; its address is not recorded. */
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
  /** The archive of `path`: one of this machine (`debian`), or of `image_sources`. `path` is a `Filename` of its index. */
  readonly archive: string;
  readonly path: string;
  /** The recipe line or parameter that requests it, or `dependency`. */
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

/** The exact packages of every image of a site. `inputs` is the digest of the requests; if it differs, the lock is out of date. */
export type Lock = {
  readonly version: 1;
  readonly inputs: Sha256;
  readonly platforms: readonly LockedPlatform[];
};
