import { describe, expect, it } from 'vitest';
import { EXPORTERS, type RuleGroup } from '../../generator/model/monitoring.ts';
import { readRules } from '../../generator/text/read-rules.ts';
import { recordedMetrics, TARGET_LABELS } from '../support/metric-names.ts';
import { selectionsOf } from '../support/promql.ts';
import { alertsOf, ruleGroupsOf, rulesOf } from '../support/rules.ts';

/* Every rule reads metrics that a real program has, or that a rule computes before it. */
const groups = ruleGroupsOf();
const metrics = recordedMetrics();
const nameOf = (rule: RuleGroup['rules'][number]) => ('record' in rule ? rule.record : rule.alert);

/** Inputs of rules without a producer, and labels that their metrics do not have. */
function missingInputs(of: readonly RuleGroup[]): string[] {
  const rules = rulesOf(of);
  const records = new Set(rules.flatMap((rule) => ('record' in rule ? [rule.record] : [])));
  return rules.flatMap((rule) =>
    selectionsOf(rule.expr).flatMap(({ metric, matchers }) => {
      if (records.has(metric)) return [];
      const own = metrics.get(metric);
      if (!own) return [`${nameOf(rule)} reads ${metric}`];
      const known = new Set<string>([...own, ...TARGET_LABELS]);
      const odd = matchers.filter(({ label }) => !known.has(label));
      return odd.map(({ label }) => `${nameOf(rule)} reads ${metric}{${label}}`);
    }),
  );
}

/** Rules that read themselves, or a rule that comes later in their group. */
function disorder(of: readonly RuleGroup[]): string[] {
  return of.flatMap(({ rules }) => {
    const names = rules.map(nameOf);
    return rules.flatMap((rule, index) =>
      selectionsOf(rule.expr)
        .filter(({ metric }) => names.lastIndexOf(metric) >= index)
        .map(({ metric }) => `${nameOf(rule)} reads ${metric}`),
    );
  });
}

const broken: RuleGroup = {
  name: 'broken',
  rules: [
    { record: 'a:b:first', expr: 'sum(a:b:second) + rate(node_no_such_total[1m])' },
    { record: 'a:b:second', expr: 'a:b:second + up{port="9100"} + node_load1{exporter="node"}' },
  ],
};

describe('inputs of rules', () => {
  it('have a producer, with the labels that select them', () => {
    expect(missingInputs(groups)).toEqual([]);
  });

  it('are computed before they are read', () => {
    expect(disorder(groups)).toEqual([]);
  });

  it('are of exporters that targets may name', () => {
    const named = rulesOf(groups)
      .flatMap((rule) => selectionsOf(rule.expr).flatMap(({ matchers }) => matchers))
      .filter(({ label }) => label === 'exporter')
      .flatMap(({ value }) => value.split('|'));
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((name) => !EXPORTERS.some((one) => one === name))).toEqual([]);
  });

  it('are found missing where they are', () => {
    expect(missingInputs([broken])).toEqual([
      'a:b:first reads node_no_such_total',
      'a:b:second reads up{port}',
    ]);
    expect(disorder([broken])).toEqual(['a:b:first reads a:b:second', 'a:b:second reads a:b:second']);
    expect(() => selectionsOf('sum by (job (up)')).toThrow('not PromQL');
  });
});

describe('rules with a reader', () => {
  const recordsOf = (of: readonly RuleGroup[]) =>
    rulesOf(of).flatMap((rule) => ('record' in rule ? [rule.record] : []));

  it('are alerts, what they read, and what those read', () => {
    const kept = readRules(groups, []);
    expect(alertsOf(kept)).toEqual(alertsOf(groups));
    expect(missingInputs(kept)).toEqual([]);
    const read = new Set(rulesOf(kept).flatMap(({ expr }) => selectionsOf(expr).map(({ metric }) => metric)));
    expect(recordsOf(kept).filter((name) => !read.has(name))).toEqual([]);
    expect(recordsOf(kept).length).toBeLessThan(recordsOf(groups).length / 2);
  });

  it('are also what a page reads', () => {
    const added = (query: string) => {
      const before = recordsOf(readRules(groups, []));
      return recordsOf(readRules(groups, [query])).filter((name) => !before.includes(name));
    };
    expect(added('pg:env:xact_commit_rate5m{job="pgsql"}')).toEqual(
      ['db', 'ins', 'cls', 'env'].map((level) => `pg:${level}:xact_commit_rate5m`),
    );
    expect(added('no:such:rule')).toEqual([]);
  });
});

describe('names of rules', () => {
  it('are unique, and follow Pigsty', () => {
    const names = rulesOf(groups).map(nameOf);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    const odd = names.filter(
      (name) =>
        !/^(?:[a-z]+:)?[a-z]+:[a-z0-9_]+$/.test(name) && !/_up$/.test(name) && !/^[A-Z][A-Za-z]+$/.test(name),
    );
    expect(odd).toEqual([]);
  });

  it('include the alerts of Pigsty for these modules', () => {
    const names = alertsOf(groups).map(({ alert, level }) => `${alert} ${level}`);
    expect(PIGSTY.filter((name) => !names.includes(name))).toEqual([]);
    expect(PIGSTY).toHaveLength(37);
  });
});

describe('summaries of alerts', () => {
  it('are one sentence with the value', () => {
    const odd = alertsOf(groups).filter(
      ({ summary }) => !/\$value\b/.test(summary) || /\.(?: |$)/.test(summary) || summary.length > 200,
    );
    expect(odd.map(({ alert }) => alert)).toEqual([]);
  });
});

/** Name and level: monitoring.md, section 1.5, without REDIS, MINIO and MySQL. */
const PIGSTY = [
  ...['InfraDown', 'AgentDown', 'NodeDown', 'HaproxyDown'].map((name) => `${name} 0`),
  ...['PromtailDown', 'DockerDown', 'KeepalivedDown', 'NodeCpuHigh', 'NodeLoadHigh'].map(
    (name) => `${name} 1`,
  ),
  ...['NodeOutOfMem', 'NodeFsSpaceFull', 'NodeFsFilesFull', 'NodeFdFull'].map((name) => `${name} 1`),
  ...['NodeDiskSlow', 'NodeTcpErrHigh', 'NodeTcpRetransHigh', 'NodeTimeDrift'].map((name) => `${name} 1`),
  'NodeMemSwapped 2',
  ...['PatroniFailSafeActive', 'PostgresDown', 'PgbouncerDown', 'PatroniDown'].map((name) => `${name} 0`),
  ...['PgExporterDown', 'PgbouncerExporterDown', 'PostgresRestart'].map((name) => `${name} 1`),
  ...['PostgresPartition', 'PostgresXidWarpAround', 'PgbouncerClientQueue'].map((name) => `${name} 0`),
  ...['PostgresPressureHigh', 'PostgresReplicationBreak', 'PostgresReplicationLag'].map(
    (name) => `${name} 1`,
  ),
  ...['PgbouncerQuerySlow', 'PostgresConnUsageHigh'].map((name) => `${name} 1`),
  'PostgresIdleInXact 2',
  ...['EtcdServerDown', 'EtcdNoLeader'].map((name) => `${name} 0`),
  'EtcdSyncCommitSlow 1',
];
