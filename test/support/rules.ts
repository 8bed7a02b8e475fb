import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from '../../generator/compile.ts';
import type { Facts } from '../../generator/model/facts.ts';
import { type AlertRule, type RecordingRule, RuleGroup } from '../../generator/model/monitoring.ts';
import { rulesOf as filedRulesOf } from '../../generator/modules/infra/site-files.ts';
import { root } from './product.ts';

/** The inventory of the tests of rules. */
export const RULES_SITE = 'test/metrics/site.yml';

type Edit = (text: string) => string;

/** The groups of rules of an inventory, by its path in the repository; `edit` changes its text. */
export function ruleGroupsOf(path: string = RULES_SITE, edit: Edit = (text) => text): readonly RuleGroup[] {
  return factsOf(path, edit).all(RuleGroup);
}

/** Those that its infra hosts have as files. */
export function filedRules(path: string = RULES_SITE): readonly RuleGroup[] {
  return filedRulesOf(factsOf(path, (text) => text));
}

function factsOf(path: string, edit: Edit): Facts {
  const compiled = compile(edit(readFileSync(join(root, path), 'utf8')), path, 'sample');
  if (!compiled.ok) throw new Error(`${path}: ${compiled.diagnostics.map((d) => d.message).join('; ')}`);
  return compiled.value.facts;
}

export function rulesOf(groups: readonly RuleGroup[]): readonly (RecordingRule | AlertRule)[] {
  return groups.flatMap(({ rules }) => rules);
}

export function alertsOf(groups: readonly RuleGroup[]): readonly AlertRule[] {
  return rulesOf(groups).flatMap((rule) => ('alert' in rule ? [rule] : []));
}
