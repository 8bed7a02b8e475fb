import type { Sha256 } from './brand.ts';
import type { Expiry } from './keys.ts';

/**
 * A rendered file of one host's generation. `shown` is the same text with a stub for every secret; it is
 * written to `hosts/<ip>/`. For a measured file the content is the script that prints it.
 */
export type Artifact = {
  readonly path: string;
  readonly mode: number;
  readonly group: string;
  readonly content: string;
  readonly shown: string;
  readonly isSecret: boolean;
  readonly isMeasured: boolean;
  readonly link?: string;
};

/** Digests of a unit's inputs: the agent restarts or reloads a unit only if they change. */
export type UnitDigests = { readonly name: string; readonly restart: Sha256; readonly reload: Sha256 };

export type RenderedHost = {
  readonly artifacts: readonly Artifact[];
  readonly units: readonly UnitDigests[];
  readonly certificates: readonly Expiry[];
};
