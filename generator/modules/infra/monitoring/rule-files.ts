import type { AlertRule, RecordingRule, RuleGroup } from '../../../model/monitoring.ts';
import type { PlanData } from '../../../model/plan.ts';

/** The severities of Pigsty by level (monitoring.md, section 1.5). */
const SEVERITY = ['CRIT', 'WARN', 'INFO'] as const;

/**
 * The content of a rule file of Prometheus with one group, for the YAML writer. `pages` is the address below which the pages of
 * docs/alerts are, if there is one: an alert has that of its own as the annotation `page`.
 */
export function ruleFile({ name, rules }: RuleGroup, pages: string | undefined): PlanData {
  return { groups: [{ name, rules: rules.map((rule) => ruleEntry(rule, pages)) }] };
}

function ruleEntry(rule: RecordingRule | AlertRule, pages: string | undefined): PlanData {
  const expr = rule.expr.replaceAll(/\s*\n\s*/g, ' ');
  if ('record' in rule) return { record: rule.record, expr };
  const { alert, for: duration, level, category, summary } = rule;
  return {
    alert,
    expr,
    ...(duration !== undefined && { for: duration }),
    labels: { level: String(level), severity: SEVERITY[level], category },
    annotations: { summary, ...(pages !== undefined && { page: `${pages}/${alert}` }) },
  };
}
