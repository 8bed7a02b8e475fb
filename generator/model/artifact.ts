import type { Sha256 } from './brand.ts';

/**
 * A rendered file of one host's generation. `shown` is the same text with a stub for every secret; it is what
 * `hosts/<ip>/` holds. For a measured file the content is the script that prints it.
 */
export type Artifact = {
  readonly path: string;
  readonly mode: number;
  readonly owner: string;
  readonly group: string;
  readonly content: string;
  readonly shown: string;
  readonly isSecret: boolean;
  readonly isMeasured: boolean;
  readonly link?: string;
};

/** What decides whether a unit is touched: equal digests, equal unit. */
export type UnitDigests = { readonly name: string; readonly restart: Sha256; readonly reload: Sha256 };

export type RenderedHost = {
  readonly artifacts: readonly Artifact[];
  readonly units: readonly UnitDigests[];
};
