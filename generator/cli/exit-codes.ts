/** What `pigsty` exits with (docs: README, "Exit codes"). */
export const EXIT = {
  done: 0,
  /** A bug, or a machine that cannot do what was asked: a full disk. */
  unexpected: 1,
  /** Wrong input or usage. */
  invalid: 2,
  /** A hash or signature that does not match. */
  verification: 4,
  /** A source that could not be reached, or was read in part. */
  unreachable: 5,
  /** `--frozen` and the lock is missing or stale. */
  stale: 9,
  interrupted: 130,
} as const;

/** The exit code that the findings of a failed run call for; the most specific one wins. */
export function exitCodeFor(codes: readonly string[]): number {
  if (codes.some((code) => code === 'lock/missing' || code === 'lock/stale')) return EXIT.stale;
  if (codes.some((code) => code.endsWith('/wrong-hash'))) return EXIT.verification;
  if (codes.some((code) => code.endsWith('-unreachable') || code === 'fetch/unreachable'))
    return EXIT.unreachable;
  if (codes.some((code) => code.endsWith('/disk-full'))) return EXIT.unexpected;
  return EXIT.invalid;
}
