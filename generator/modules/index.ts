import type { Module } from '../model/module.ts';
import * as registry from './registry.ts';

/** All modules, in the order of their parameters' numbers; it is the order in which they add to a host. */
export const modules: readonly Module[] = Object.values(registry).sort((a, b) => numberOf(a) - numberOf(b));

/** Modules without numbers of Pigsty's come last. */
function numberOf({ parameters }: Module): number {
  return Math.min(...parameters.rows.map(({ id = Number.POSITIVE_INFINITY }) => id));
}
