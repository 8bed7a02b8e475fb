import type { HbaRule } from '../../params/schemas.ts';

/** A rule and its place in its list. */
export type ListedRule<List extends string> = {
  readonly parameter: List;
  readonly index: number;
  readonly rule: HbaRule;
};

/** As Pigsty 4 numbers its default rules: 100, 150 … 650 (its manual, "HBA Rules"). Those of a cluster come last. */
const DEFAULT = { first: 100, step: 50, last: 650 };
const LAST = 1000;

/** The rules of both lists in the order of the file: by `order`; rules with the same number stay as they are listed. */
export function orderedRules<List extends string>(
  defaults: readonly [List, readonly HbaRule[]],
  own: readonly [List, readonly HbaRule[]],
): readonly ListedRule<List>[] {
  const listed = [defaults, own].flatMap(([parameter, rules]) =>
    rules.map((rule, index) => ({ parameter, index, rule })),
  );
  if (listed.every(({ rule }) => rule.order === undefined)) return listed;
  const orderOf = ({ parameter, index, rule }: ListedRule<List>) =>
    rule.order ?? (parameter === defaults[0] ? defaultOrder(index) : LAST);
  return listed.sort((a, b) => orderOf(a) - orderOf(b));
}

function defaultOrder(index: number): number {
  return Math.min(DEFAULT.last, DEFAULT.first + DEFAULT.step * index);
}
