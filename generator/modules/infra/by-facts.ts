import type { Facts } from '../../model/facts.ts';

/** A function of the facts that is computed once for each site: with 1,000 hosts, its result has as many files. */
export function byFacts<T>(compute: (facts: Facts) => T): (facts: Facts) => T {
  const known = new WeakMap<Facts, { readonly value: T }>();
  return (facts) => {
    const found = known.get(facts) ?? { value: compute(facts) };
    known.set(facts, found);
    return found.value;
  };
}
