import { EXIT } from './exit-codes.ts';

/**
 * Ends the process with exit code 130 on SIGINT, with the shell's prompt on a line of its own below the progress. For
 * verbs that wait for files and programs. Node calls no handler while it computes: without one, SIGINT ends it at once.
 */
export function exitOnInterrupt(): void {
  process.once('SIGINT', () => {
    if (process.stderr.isTTY) process.stderr.write('\n');
    process.exit(EXIT.interrupted);
  });
}
