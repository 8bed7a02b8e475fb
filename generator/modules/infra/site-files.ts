import type { HostIp } from '../../model/brand.ts';
import type { Facts } from '../../model/facts.ts';
import { DashboardPage, RuleGroup, ScrapeTarget } from '../../model/monitoring.ts';
import { append } from '../../model/multimap.ts';
import type { FilePlan, PlanData } from '../../model/plan.ts';
import { queriesOf } from '../../text/page-queries.ts';
import { readRules } from '../../text/read-rules.ts';
import { byFacts } from './by-facts.ts';
import { ruleFile } from './monitoring/rule-files.ts';

/*
 * What the infra hosts of a site have alike, with few exceptions: a file for each instance that is scraped, and one for each group of rules.
 */
const TARGETS = 'etc/prometheus/targets';
const RULES = 'etc/prometheus/rules';

/** What the infra host `ip` scrapes. */
export function targetsOf(facts: Facts, ip: HostIp): readonly ScrapeTarget[] {
  return facts.all(ScrapeTarget).filter(({ scrapers }) => scrapers === undefined || scrapers.includes(ip));
}

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

/** `rules/<group>.yml`; `pages` is the address of the pages about alerts, where there is a portal. */
export function ruleFiles(facts: Facts, pages: string | undefined): readonly FilePlan[] {
  return rulesOf(facts).map((group) => dataFile(`${RULES}/${group.name}.yml`, ruleFile(group, pages)));
}

/** All alerts, and the recording rules that they or pages read. Groups of one name, from several modules, are one. */
export const rulesOf = byFacts((facts: Facts): readonly RuleGroup[] => {
  const groups = new Map<string, RuleGroup['rules'][number][]>();
  for (const { name, rules } of facts.all(RuleGroup)) append(groups, name, ...rules);
  const all = [...groups].map(([name, rules]) => ({ name, rules }));
  return readRules(all, facts.all(DashboardPage).flatMap(queriesOf));
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
