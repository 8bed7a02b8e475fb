/** Exit codes of `pigsty` (README, "Exit codes"). */
export const EXIT = {
  done: 0,
  /** A bug, or a fault of this machine: a full disk. */
  unexpected: 1,
  /** Wrong input or usage. */
  invalid: 2,
  /** A checksum or signature does not match. */
  verification: 4,
  /** An archive could not be reached, or the download was incomplete. */
  unreachable: 5,
  /** `--frozen`, and the lock is missing or out of date. */
  stale: 9,
  interrupted: 130,
} as const;

/** The exit code for the diagnostics of a failed run; the most specific one wins. */
export function exitCodeFor(codes: readonly string[]): number {
  if (codes.some((code) => code === 'lock/missing' || code === 'lock/stale')) return EXIT.stale;
  if (codes.some((code) => code.endsWith('/wrong-hash'))) return EXIT.verification;
  if (codes.some((code) => code.endsWith('-unreachable') || code === 'fetch/unreachable'))
    return EXIT.unreachable;
  if (codes.some((code) => code.endsWith('/disk-full'))) return EXIT.unexpected;
  return EXIT.invalid;
}
