import type { Requirement } from '../test/support/requirements.ts';

/** One run of one program or sequence, as a whole. */
export type Sample = {
  readonly seconds: number;
  /** Resident memory of the largest single process (getrusage(2)). */
  readonly peakMegabytes?: number;
  /** What was done in these seconds, where a rate is measured and not a duration. */
  readonly transactions?: number;
};

/** What was measured: the product, or with `peerOf` another program that does the work of that row. */
export type Row = {
  readonly what: string;
  readonly peerOf?: string;
  readonly samples: readonly Sample[];
};

/**
 * What the product promises of its own row. A ratio is the peer's median over ours; a rate is ours over the peer's, the
 * median of those of the runs, each of which measured both at about the same time.
 */
export type Goal =
  | { readonly kind: 'seconds'; readonly row: string; readonly atMost: number }
  | { readonly kind: 'megabytes'; readonly row: string; readonly atMost: number }
  | { readonly kind: 'rate'; readonly row: string; readonly peer: string; readonly atLeast: number }
  | { readonly kind: 'ratio'; readonly row: string; readonly peer: string; readonly atLeast: number };

export type BenchResult = {
  readonly rows: readonly Row[];
  readonly goals: readonly Goal[];
  /** Lines below the table: where the time went. */
  readonly notes: readonly string[];
};

export type BenchOptions = {
  readonly runs: number;
  /** For what the bench makes; removed after it. */
  readonly directory: string;
  readonly say: (line: string) => void;
};

export type Bench = {
  readonly name: string;
  readonly title: string;
  readonly defaultRuns: number;
  readonly requirements: readonly Requirement[];
  run(options: BenchOptions): Promise<BenchResult>;
};

/** What the nodes of test/support/lab.ts need. */
export const LAB_REQUIREMENTS: readonly Requirement[] = [
  { tool: 'systemd-nspawn', package: 'systemd-container' },
  { tool: 'mmdebstrap', package: 'mmdebstrap' },
  { tool: 'ip', package: 'iproute2' },
  { tool: 'ping', package: 'iputils-ping' },
];

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
