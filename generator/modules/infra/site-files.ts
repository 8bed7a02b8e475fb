import type { HostIp } from '../../model/brand.ts';
import type { Facts } from '../../model/facts.ts';
import { type AlertRule, type RecordingRule, RuleGroup, ScrapeTarget } from '../../model/monitoring.ts';
import { append } from '../../model/multimap.ts';
import type { FilePlan, PlanData } from '../../model/plan.ts';
import { byFacts } from './by-facts.ts';

/*
 * What the infra hosts of a site have alike, with few exceptions: a file for each instance that is scraped, and one for each group of rules.
 */
const TARGETS = 'etc/prometheus/targets';
const RULES = 'etc/prometheus/rules';
const SEVERITIES = ['CRIT', 'WARN', 'INFO'] as const;

/** What every infra host scrapes. */
const sharedTargets = byFacts((facts: Facts): readonly FilePlan[] =>
  filesOf(facts.all(ScrapeTarget).filter(({ scrapers }) => scrapers === undefined)),
);

/**
 * `targets/<job>/<file>.yml` of the infra host `ip`. Prometheus reads the directory again when it changes, and each
 * `prometheus_sd_interval`.
 */
export function targetFiles(facts: Facts, ip: HostIp): readonly FilePlan[] {
  const own = facts.all(ScrapeTarget).filter(({ scrapers }) => scrapers?.includes(ip));
  return [...sharedTargets(facts), ...filesOf(own)];
}

function filesOf(targets: readonly ScrapeTarget[]): FilePlan[] {
  const files = new Map<string, ScrapeTarget[]>();
  for (const target of targets) append(files, `${target.job}/${target.file}`, target);
  return [...files]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, group]) => dataFile(`${TARGETS}/${name}.yml`, targetGroups(group)));
}

/** `rules/<group>.yml`; groups of one name, from several modules, are one. */
export const ruleFiles = byFacts((facts: Facts): readonly FilePlan[] => {
  const groups = new Map<string, (RecordingRule | AlertRule)[]>();
  for (const { name, rules } of facts.all(RuleGroup)) append(groups, name, ...rules);
  return [...groups].map(([name, rules]) =>
    dataFile(`${RULES}/${name}.yml`, { groups: [{ name, rules: rules.map(ruleData) }] }),
  );
});

function dataFile(path: string, data: PlanData): FilePlan {
  return { path, mode: 0o644, group: 'prometheus', source: { kind: 'yaml', data } };
}

/** Targets with the same labels are one group ("file_sd_config"). */
function targetGroups(targets: readonly ScrapeTarget[]): PlanData {
  const groups = new Map<string, ScrapeTarget[]>();
  for (const target of targets) append(groups, JSON.stringify(labelsOf(target)), target);
  return [...groups.values()].map((group) => ({
    targets: group.map(({ address }) => address),
    labels: group[0] ? labelsOf(group[0]) : {},
  }));
}

/** `__scheme__` and `__metrics_path__` win over the job's ("relabel_config"). */
function labelsOf({ labels, ip, scheme, path }: ScrapeTarget): Readonly<Record<string, string>> {
  return {
    ...labels,
    ip,
    ...(scheme !== undefined && { __scheme__: scheme }),
    ...(path !== undefined && { __metrics_path__: path }),
  };
}

function ruleData(rule: RecordingRule | AlertRule): PlanData {
  if (!('alert' in rule)) return rule;
  const { alert, expr, level, category, summary } = rule;
  return {
    alert,
    expr,
    ...(rule.for !== undefined && { for: rule.for }),
    labels: { level: String(level), severity: SEVERITIES[level], category },
    annotations: { summary },
  };
}
