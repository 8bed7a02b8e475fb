import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from '../../generator/compile.ts';
import { type AlertRule, type RecordingRule, RuleGroup } from '../../generator/model/monitoring.ts';
import { root } from './product.ts';

/** The inventory of the tests of rules. */
export const RULES_SITE = 'test/metrics/site.yml';

/** The groups of rules of an inventory, by its path in the repository; `edit` changes its text. */
export function ruleGroupsOf(
  path: string = RULES_SITE,
  edit: (text: string) => string = (text) => text,
): readonly RuleGroup[] {
  const compiled = compile(edit(readFileSync(join(root, path), 'utf8')), path, 'sample');
  if (!compiled.ok) throw new Error(`${path}: ${compiled.diagnostics.map((d) => d.message).join('; ')}`);
  return compiled.value.facts.all(RuleGroup);
}

export function rulesOf(groups: readonly RuleGroup[]): readonly (RecordingRule | AlertRule)[] {
  return groups.flatMap(({ rules }) => rules);
}

export function alertsOf(groups: readonly RuleGroup[]): readonly AlertRule[] {
  return rulesOf(groups).flatMap((rule) => ('alert' in rule ? [rule] : []));
}
