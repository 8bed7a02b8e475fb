import type { Diagnostic, Severity } from '../model/diagnostic.ts';
import type { Place } from '../model/origin.ts';

type RuleText<A> = {
  readonly severity: Severity;
  readonly message: (args: A) => string;
  readonly label?: (args: A) => string;
  readonly help?: (args: A) => string | undefined;
  readonly isKeyUnknown?: true;
};

export type Rule<A> = {
  readonly code: string;
  readonly severity: Severity;
  /** A diagnostic of this rule; `notes` are other places that belong to it. */
  at(place: Place | undefined, args: A, notes?: Diagnostic['notes']): Diagnostic;
};

const registered = new Map<string, Severity>();

/** Defines a diagnostic once: its code, severity, typed arguments, message and help line. */
export function rule<A>(code: string, text: RuleText<A>): Rule<A> {
  registered.set(code, text.severity);
  return {
    code,
    severity: text.severity,
    at(place, args, notes = []) {
      const label = text.label?.(args);
      const help = text.help?.(args);
      return {
        code,
        severity: text.severity,
        message: text.message(args),
        notes,
        ...(place && { place }),
        ...(label !== undefined && { label }),
        ...(help !== undefined && { help }),
        ...(text.isKeyUnknown && { isKeyUnknown: true }),
      };
    },
  };
}

/** All codes defined so far, sorted; a contract test compares test/bad with it. */
export function ruleCodes(): string[] {
  return [...registered.keys()].sort();
}
