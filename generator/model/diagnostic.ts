import type { Place } from './origin.ts';

export type Severity = 'error' | 'warning' | 'notice';

/** A message of a stage about its input; a value, never thrown. `notes` are further places (the other side of a clash). */
export type Diagnostic = {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly place?: Place;
  readonly label?: string;
  readonly notes: readonly { readonly message: string; readonly place?: Place }[];
  readonly help?: string;
  /** The place is a key that nothing knows. Its value may be a secret under a misspelt name. */
  readonly isKeyUnknown?: true;
};

/** The result of a stage: a value, or at least one error; warnings and notices are possible in both cases. */
export type Result<T> =
  | { readonly ok: true; readonly value: T; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

export function succeed<T>(value: T, diagnostics: readonly Diagnostic[] = []): Result<T> {
  return { ok: true, value, diagnostics };
}

/** The result of `next`, with the diagnostics of both; a failed `first` is returned. */
export function andThen<A, B>(first: Result<A>, next: (value: A) => Result<B>): Result<B> {
  if (!first.ok) return first;
  const second = next(first.value);
  return { ...second, diagnostics: [...first.diagnostics, ...second.diagnostics] };
}

/** `value` unless one of the diagnostics is an error. */
export function conclude<T>(value: T, diagnostics: readonly Diagnostic[]): Result<T> {
  return diagnostics.some((d) => d.severity === 'error')
    ? { ok: false, diagnostics }
    : { ok: true, value, diagnostics };
}
