import type { Platform } from '../distributions/distribution.ts';
import type { Environment } from '../effects/process.ts';
import type { Result } from '../model/diagnostic.ts';
import type { ImageRequest, LockedSource } from '../model/lock.ts';
import { solveWithApt } from './apt-solver.ts';
import type { SolvedPackage } from './solver-output.ts';

export type SolveOptions = {
  /** The cache directory of this product; package indexes are kept in it. */
  readonly cache: string;
  readonly environment: Environment;
  /** Called when the index has been read, and for each image. */
  readonly advance: (label: string) => void;
};

/** The result of a solver: the signed indexes, and all packages of each image. */
export type Solution = {
  readonly sources: readonly LockedSource[];
  readonly closures: readonly {
    readonly request: ImageRequest;
    readonly packages: readonly SolvedPackage[];
  }[];
};

/** Resolves the packages of images with the package manager of a distribution. */
type Solver = (
  platform: Platform,
  requests: readonly ImageRequest[],
  options: SolveOptions,
) => Promise<Result<Solution>>;

export const SOLVERS: Readonly<Record<Platform['solver'], Solver>> = { apt: solveWithApt };
