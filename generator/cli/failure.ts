import { printDiagnostic } from '../diagnostics/print.ts';
import { EXIT, exitCodeFor } from './exit-codes.ts';
import { Stop } from './run.ts';
import { systemErrorFinding } from './system-error.ts';
import { eraseProgress } from './terminal.ts';

/** Says on stderr what ended a verb, unless it has been said; the exit code that it ends with. */
export function reportFailure(error: unknown): number {
  if (error instanceof Stop) return error.exitCode;
  eraseProgress();
  const finding = systemErrorFinding(error);
  process.stderr.write(
    finding ? `${printDiagnostic(finding, () => undefined)}\n` : `pigsty: ${describe(error)}\n`,
  );
  return finding ? exitCodeFor([finding.code]) : EXIT.unexpected;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (process.env.PIGSTY_DEBUG) return error.stack ?? error.message;
  return `${error.name}: ${error.message}\nThis is a bug in pigsty; with PIGSTY_DEBUG=1 it says where.`;
}
