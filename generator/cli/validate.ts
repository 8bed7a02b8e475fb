import type { Diagnostic, Severity } from '../model/diagnostic.ts';
import { version } from '../version.ts';
import { exitCodeFor } from './exit-codes.ts';
import { type CommonOptions, type Examination, Run, Stop } from './run.ts';
import { toSarif } from './sarif.ts';

export type ValidateFlags = CommonOptions & {
  readonly strict?: boolean;
  readonly format?: 'text' | 'json' | 'sarif';
};

/** `pigsty validate`: every finding at once, and no file written; a summary, JSON or SARIF on stdout. */
export async function runValidate(argument: string | undefined, flags: ValidateFlags): Promise<void> {
  const run = new Run(flags);
  const found = await run.examine(argument, flags);
  const examined = flags.strict ? { ...found, diagnostics: found.diagnostics.map(stricter) } : found;
  const format = flags.format ?? (flags.json ? 'json' : 'text');
  if (format === 'text') run.report(examined.diagnostics);
  if (format !== 'text' || !flags.quiet) run.print(printers[format](examined));
  const errors = examined.diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Stop(exitCodeFor(errors.map(({ code }) => code)));
}

/** What may be wrong is wrong: for a build pipeline. */
function stricter(diagnostic: Diagnostic): Diagnostic {
  return diagnostic.severity === 'warning' ? { ...diagnostic, severity: 'error' } : diagnostic;
}

const printers = {
  text: toText,
  json: (examined: Examination) => JSON.stringify(toJson(examined), null, 2),
  sarif: ({ diagnostics }: Examination) => JSON.stringify(toSarif(diagnostics, version), null, 2),
};

function toText({ file, hosts, diagnostics }: Examination): string {
  const counted = (severity: Severity) => {
    const count = diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
    return `${count} ${severity}${count === 1 ? '' : 's'}`;
  };
  return `${file}: ${hosts} host${hosts === 1 ? '' : 's'}, ${counted('error')}, ${counted('warning')}, ${counted('notice')}`;
}

function toJson({ file, hosts, diagnostics }: Examination): object {
  return {
    apiVersion: 'pigsty.io/v1',
    kind: 'ValidationReport',
    inventory: file,
    hosts,
    findings: diagnostics,
  };
}
