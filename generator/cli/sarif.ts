import type { Location, Log, Result } from 'sarif';
import type { Diagnostic, Severity } from '../model/diagnostic.ts';
import type { Place } from '../model/origin.ts';

const LEVEL: Record<Severity, 'error' | 'warning' | 'note'> = {
  error: 'error',
  warning: 'warning',
  notice: 'note',
};

/** Diagnostics as SARIF 2.1.0 (OASIS standard), which dashboards of build pipelines read. */
export function toSarif(diagnostics: readonly Diagnostic[], version: string): Log {
  const codes = [...new Set(diagnostics.map(({ code }) => code))].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'pigsty', version, rules: codes.map((id) => ({ id })) } },
        columnKind: 'utf16CodeUnits',
        results: diagnostics.map((diagnostic) => toResult(diagnostic, codes)),
      },
    ],
  };
}

function toResult(
  { code, severity, message, place, notes, help }: Diagnostic,
  codes: readonly string[],
): Result {
  const related = notes.flatMap((note) =>
    note.place ? [{ ...location(note.place), message: { text: note.message } }] : [],
  );
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: LEVEL[severity],
    message: { text: help ? `${message}: ${help}` : message },
    ...(place && { locations: [location(place)] }),
    ...(related.length > 0 && { relatedLocations: related }),
  };
}

function location({ file, line, column, length }: Place): Location {
  const region = { startLine: line, startColumn: column, endColumn: column + length };
  return { physicalLocation: { artifactLocation: { uri: encodeURI(file) }, region } };
}
