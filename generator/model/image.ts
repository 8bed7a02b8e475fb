import type { Sha256 } from './brand.ts';
import type { Place } from './origin.ts';

/** A recipe of images/, after validation. Package names may contain `${argument}`. */
export type ImageRecipe = {
  readonly name: string;
  readonly file: string;
  readonly title: string;
  /** Another recipe whose packages form the lower, shared layer. */
  readonly base?: string;
  /** Packages to install, by platform. */
  readonly packages: Readonly<Record<string, readonly RecipePackage[]>>;
  /** By platform: packages that others depend on but that are not used here; the solver treats them as installed. */
  readonly absent: Readonly<Record<string, readonly string[]>>;
  readonly users: readonly {
    readonly name: string;
    readonly uid: number;
    readonly gid: number;
    readonly home: string;
    readonly shell: string;
  }[];
  readonly directories: readonly { readonly path: string; readonly mode: number; readonly owner: string }[];
  readonly links: readonly { readonly path: string; readonly target: string }[];
  readonly environment: Readonly<Record<string, string>>;
  readonly user: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  /** Programs that the image must contain; `pigsty build` checks that they exist, the tests check that they run. */
  readonly provides: readonly string[];
};

/**
 * `only` keeps just these path prefixes of a package (without leading slash). `without` removes some, unless the image
 * contains the package `unless`.
 */
export type RecipePackage = {
  readonly name: string;
  readonly place: Place;
  readonly only?: readonly string[];
  readonly without?: readonly string[];
  readonly unless?: string;
};

/** The name of content in descriptors. */
export type Digest = `sha256:${string}`;

/** A descriptor of the OCI image specification. `size` in bytes. */
export type Descriptor = {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly artifactType?: string;
  readonly platform?: { readonly architecture: string; readonly os: string };
  readonly annotations?: Readonly<Record<string, string>>;
};

/** A built image: its manifest, configuration and layers are blobs of the layout. */
export type BuiltImage = {
  readonly name: string;
  readonly manifest: Descriptor;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  /** sha256 over the layers' diff ids: the name of the unpacked root file system on a node. */
  readonly rootfs: Sha256;
};
