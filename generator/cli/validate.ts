import type { Diagnostic, Severity } from '../model/diagnostic.ts';
import { version } from '../version.ts';
import { exitCodeFor } from './exit-codes.ts';
import { type CommonOptions, ExitRequest, Run, type ValidationResult } from './run.ts';
import { toSarif } from './sarif.ts';

export type ValidateFlags = CommonOptions & {
  readonly strict?: boolean;
  readonly format?: 'text' | 'json' | 'sarif';
};

/** `pigsty validate`: prints all diagnostics and writes no file; a summary, JSON or SARIF on stdout. */
export async function runValidate(argument: string | undefined, flags: ValidateFlags): Promise<void> {
  const run = new Run(flags);
  const found = await run.validate(argument, flags);
  const result = flags.strict ? { ...found, diagnostics: found.diagnostics.map(warningAsError) } : found;
  const format = flags.format ?? (flags.json ? 'json' : 'text');
  if (format === 'text') run.report(result.diagnostics);
  if (format !== 'text' || !flags.quiet) run.print(printers[format](result));
  const errors = result.diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new ExitRequest(exitCodeFor(errors.map(({ code }) => code)));
}

/** For build pipelines: a warning fails the verb. */
function warningAsError(diagnostic: Diagnostic): Diagnostic {
  return diagnostic.severity === 'warning' ? { ...diagnostic, severity: 'error' } : diagnostic;
}

const printers = {
  text: toText,
  json: (result: ValidationResult) => JSON.stringify(toJson(result), null, 2),
  sarif: ({ diagnostics }: ValidationResult) => JSON.stringify(toSarif(diagnostics, version), null, 2),
};

function toText({ file, hosts, diagnostics }: ValidationResult): string {
  const counted = (severity: Severity) => {
    const count = diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
    return `${count} ${severity}${count === 1 ? '' : 's'}`;
  };
  // With an error the hosts may be unknown.
  const known = hosts > 0 ? `${hosts} host${hosts === 1 ? '' : 's'}, ` : '';
  return `${file}: ${known}${counted('error')}, ${counted('warning')}, ${counted('notice')}`;
}

function toJson({ file, hosts, diagnostics }: ValidationResult): object {
  return {
    apiVersion: 'pigsty.io/v1',
    kind: 'ValidationReport',
    inventory: file,
    hosts,
    findings: diagnostics,
  };
}
