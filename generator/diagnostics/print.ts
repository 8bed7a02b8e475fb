import type { Diagnostic, Severity } from '../model/diagnostic.ts';
import type { Place } from '../model/origin.ts';

export type SourceLines = (file: string) => readonly string[] | undefined;
export type Paint = (style: 'error' | 'warning' | 'notice' | 'dim' | 'bold', text: string) => string;

const plain: Paint = (_style, text) => text;
const RANK: Record<Severity, number> = { error: 0, warning: 1, notice: 2 };

/** Diagnostics without duplicates, sorted by place, severity, code and message; those without a place are last. */
export function sortDiagnostics(list: readonly Diagnostic[]): Diagnostic[] {
  const key = (d: Diagnostic) => [d.place?.file ?? '￿', d.place?.line ?? 0, d.place?.column ?? 0] as const;
  // Clusters that share a variable report the same diagnostic.
  const unique = new Map(list.map((diagnostic) => [JSON.stringify(diagnostic), diagnostic]));
  return [...unique.values()].sort((a, b) => {
    const [fa, la, ca] = key(a);
    const [fb, lb, cb] = key(b);
    if (fa !== fb) return fa < fb ? -1 : 1;
    return (
      la - lb ||
      ca - cb ||
      RANK[a.severity] - RANK[b.severity] ||
      compare(a.code, b.code) ||
      compare(a.message, b.message)
    );
  });
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** A diagnostic as text: headline, code frames, notes and help; ends with a newline. */
export function printDiagnostic(diagnostic: Diagnostic, lines: SourceLines, paint: Paint = plain): string {
  const { severity, code, message, place, label, notes, help } = diagnostic;
  const out = [`${paint(severity, `${severity}[${code}]`)} ${paint('bold', message)}`];
  if (place) out.push(...frame(place, label ?? '', lines, paint));
  for (const note of notes) {
    out.push(`   ${paint('dim', '=')} note: ${note.message}`);
    if (note.place) out.push(...frame(note.place, '', lines, paint));
  }
  if (help) out.push(`   ${paint('dim', '=')} help: ${help}`);
  return `${out.join('\n')}\n`;
}

function frame(place: Place, label: string, lines: SourceLines, paint: Paint): string[] {
  const out = [`  ${paint('dim', '-->')} ${place.file}:${place.line}:${place.column}`];
  const source = lines(place.file)?.[place.line - 1];
  if (source === undefined || source === '') return out;
  // A tab would shift the markers; other control characters can change the terminal.
  const text = source.replaceAll('\t', ' ').replaceAll(/\p{Cc}/gu, '\u{fffd}');
  const gutter = String(place.line);
  const { shown, column } = windowOf(text, place.column);
  const length = Math.max(1, Math.min(place.length, shown.length - column + 1));
  const carets = ' '.repeat(column - 1) + '^'.repeat(length);
  out.push(`${paint('dim', `${gutter} |`)} ${shown}`);
  out.push(`${paint('dim', `${' '.repeat(gutter.length)} |`)} ${carets}${label ? ` ${label}` : ''}`);
  return out;
}

/** A longer line is cut at both ends, with the place in the middle. */
const LONGEST_EXCERPT = 300;
const BEFORE_PLACE = 100;

/** The part of a line that is shown, and the column of the place in it. */
function windowOf(text: string, column: number): { readonly shown: string; readonly column: number } {
  if (text.length <= LONGEST_EXCERPT) return { shown: text, column };
  const start = Math.max(0, Math.min(column - 1 - BEFORE_PLACE, text.length - LONGEST_EXCERPT));
  const part = text.slice(start, start + LONGEST_EXCERPT);
  const [before, after] = [start > 0 ? '…' : '', start + LONGEST_EXCERPT < text.length ? '…' : ''];
  return { shown: `${before}${part}${after}`, column: column - start + before.length };
}
