import { printDiagnostic } from '../diagnostics/print.ts';
import { EXIT, exitCodeFor } from './exit-codes.ts';
import { ExitRequest } from './run.ts';
import { systemErrorDiagnostic } from './system-error.ts';
import { eraseProgress } from './terminal.ts';

/** Prints the error that ended a verb on stderr, unless it has been printed; the exit code of the verb. */
export function reportFailure(error: unknown): number {
  if (error instanceof ExitRequest) return error.exitCode;
  eraseProgress();
  const diagnostic = systemErrorDiagnostic(error);
  process.stderr.write(
    diagnostic ? `${printDiagnostic(diagnostic, () => undefined)}\n` : `pigsty: ${describe(error)}\n`,
  );
  return diagnostic ? exitCodeFor([diagnostic.code]) : EXIT.unexpected;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (process.env.PIGSTY_DEBUG) return error.stack ?? error.message;
  return `${error.name}: ${error.message}\nThis is a bug in pigsty. Set PIGSTY_DEBUG=1 to print the stack trace.`;
}
