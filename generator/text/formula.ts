import { assertNever } from '../model/brand.ts';

/*
 * Formulas over facts of a node, in whole numbers. Declared facts are inserted at build time. Facts that the
 * inventory does not declare are measured on the node, where the same formula runs as POSIX shell arithmetic.
 */
export type Fact = 'cpu' | 'memMb' | 'diskBytes';
export type Facts = Readonly<Record<Fact, number>>;

export type Formula =
  | number
  | { readonly op: 'fact'; readonly fact: Fact }
  | {
      readonly op: 'mul' | 'sub' | 'min' | 'max' | 'floorDiv' | 'ceilDiv';
      readonly a: Formula;
      readonly b: Formula;
    };

/** The names that {@link toShell} expects in the environment. */
export const FACT_VARIABLES = {
  cpu: 'PIGSTY_CPU',
  memMb: 'PIGSTY_MEM_MB',
  diskBytes: 'PIGSTY_DISK_BYTES',
} as const;

export const fact = (name: Fact): Formula => ({ op: 'fact', fact: name });
export const mul = (a: Formula, b: Formula): Formula => ({ op: 'mul', a, b });
export const sub = (a: Formula, b: Formula): Formula => ({ op: 'sub', a, b });
export const min = (a: Formula, b: Formula): Formula => ({ op: 'min', a, b });
export const max = (a: Formula, b: Formula): Formula => ({ op: 'max', a, b });
export const floorDiv = (a: Formula, b: Formula): Formula => ({ op: 'floorDiv', a, b });
export const ceilDiv = (a: Formula, b: Formula): Formula => ({ op: 'ceilDiv', a, b });
export const clamp = (value: Formula, low: Formula, high: Formula): Formula => max(low, min(value, high));

/** The value with the given facts. Operands are never negative, so both forms round in the same way. */
export function evaluate(formula: Formula, facts: Facts): number {
  if (typeof formula === 'number') return formula;
  if (formula.op === 'fact') return facts[formula.fact];
  const a = evaluate(formula.a, facts);
  const b = evaluate(formula.b, facts);
  switch (formula.op) {
    case 'mul':
      return a * b;
    case 'sub':
      return a - b;
    case 'min':
      return Math.min(a, b);
    case 'max':
      return Math.max(a, b);
    case 'floorDiv':
      return Math.floor(a / b);
    case 'ceilDiv':
      return Math.ceil(a / b);
    default:
      return assertNever(formula);
  }
}

/** The formula as the content of a POSIX `$(( ))` (64-bit integers, division truncates). */
export function toShell(formula: Formula): string {
  if (typeof formula === 'number') return String(formula);
  if (formula.op === 'fact') return FACT_VARIABLES[formula.fact];
  const a = toShell(formula.a);
  const b = toShell(formula.b);
  switch (formula.op) {
    case 'mul':
      return `(${a} * ${b})`;
    case 'sub':
      return `(${a} - ${b})`;
    case 'min':
      return `(${a} < ${b} ? ${a} : ${b})`;
    case 'max':
      return `(${a} > ${b} ? ${a} : ${b})`;
    case 'floorDiv':
      return `(${a} / ${b})`;
    case 'ceilDiv':
      return `((${a} + ${b} - 1) / ${b})`;
    default:
      return assertNever(formula);
  }
}
