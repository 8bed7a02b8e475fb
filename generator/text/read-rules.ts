import { LruMap } from '../model/lru-map.ts';
import type { RuleGroup } from '../model/monitoring.ts';

/** Every word of an expression, as metrics, functions and labels are: more than what it reads, never less. */
const WORD = /[a-zA-Z_:][a-zA-Z0-9_:]*/g;

/**
 * The rules that have a reader: all alerts, and the recording rules that alerts and `queries` read, directly or through other
 * rules. Groups without such rules are left out.
 */
export function readRules(groups: readonly RuleGroup[], queries: readonly string[]): RuleGroup[] {
  const expressions = new Map<string, string>();
  const waiting = [...queries];
  for (const rule of groups.flatMap(({ rules }) => rules)) {
    if ('record' in rule) expressions.set(rule.record, rule.expr);
    else waiting.push(rule.expr);
  }
  const read = new Set<string>();
  for (let expr = waiting.pop(); expr !== undefined; expr = waiting.pop()) {
    for (const word of wordsOf(expr)) {
      const next = expressions.get(word);
      if (next === undefined || read.has(word)) continue;
      read.add(word);
      waiting.push(next);
    }
  }
  const kept = groups.map(({ name, rules }) => ({
    name,
    rules: rules.filter((rule) => !('record' in rule) || read.has(rule.record)),
  }));
  return kept.filter(({ rules }) => rules.length > 0);
}

/** `pigsty explain` asks for the rules of a site a thousand times, with the same expressions. */
const known = new LruMap<string, readonly string[]>(5000);

function wordsOf(expr: string): readonly string[] {
  const words = known.get(expr) ?? [...new Set(expr.match(WORD))];
  known.set(expr, words);
  return words;
}
