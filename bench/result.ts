import type { Requirement } from '../test/support/requirements.ts';

/** One run of one program or sequence. */
export type Sample = {
  readonly seconds: number;
  /** Resident memory of the largest single process (getrusage(2)). */
  readonly peakMegabytes?: number;
  /** The transactions in this time, if a rate is measured. */
  readonly transactions?: number;
};

/** One measured program: the product, or, with `peerOf`, another program that does the work of that row. */
export type Row = {
  readonly what: string;
  readonly peerOf?: string;
  readonly samples: readonly Sample[];
};

/**
 * The goal for a row of the product. A ratio is the median of the peer divided by ours, a multiple is ours divided by the
 * peer's. A rate is ours divided by the peer's: the median over the runs, each of which measures both at about the same
 * time.
 */
export type Goal =
  | { readonly kind: 'seconds'; readonly row: string; readonly atMost: number }
  | { readonly kind: 'megabytes'; readonly row: string; readonly atMost: number }
  | { readonly kind: 'multiple'; readonly row: string; readonly of: string; readonly atMost: number }
  | { readonly kind: 'rate'; readonly row: string; readonly peer: string; readonly atLeast: number }
  | { readonly kind: 'ratio'; readonly row: string; readonly peer: string; readonly atLeast: number };

export type BenchResult = {
  readonly rows: readonly Row[];
  readonly goals: readonly Goal[];
  /** Lines below the table, for example the time of each step. */
  readonly notes: readonly string[];
};

export type BenchOptions = {
  readonly runs: number;
  /** A temporary directory; removed after the bench. */
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

/** The programs that the nodes of test/support/lab.ts need. */
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
