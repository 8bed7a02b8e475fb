import { describe, expect, it } from 'vitest';
import { AGENT_METRICS } from '../../generator/model/agent-metrics.ts';
import { EXPORTERS, type RuleGroup } from '../../generator/model/monitoring.ts';
import { queriesOf } from '../../generator/text/page-queries.ts';
import { readRules } from '../../generator/text/read-rules.ts';
import { ALL_PAGES } from '../support/all-pages.ts';
import { producedMetrics, recordedMetrics, TARGET_LABELS } from '../support/metric-names.ts';
import { selectionsOf } from '../support/promql.ts';
import { alertsOf, filedRules, ruleGroupsOf, rulesOf } from '../support/rules.ts';

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

describe('pages', () => {
  const queries = ALL_PAGES.flatMap((page) => queriesOf(page).map((query) => ({ page: page.id, query })));
  const records = new Set(rulesOf(groups).flatMap((rule) => ('record' in rule ? [rule.record] : [])));
  const produced = producedMetrics();

  /** What queries read and nobody has: metrics, and labels of metrics of programs. */
  function dangling(of: typeof queries): string[] {
    return of.flatMap(({ page, query }) =>
      selectionsOf(query).flatMap(({ metric, matchers }) => {
        if (records.has(metric)) return [];
        const own = produced.get(metric);
        if (!own) return [`${page} reads ${metric}`];
        const odd = matchers.filter(({ label }) => ![...own, ...TARGET_LABELS].includes(label));
        return odd.map(({ label }) => `${page} reads ${metric}{${label}}`);
      }),
    );
  }

  it('read what programs have or rules compute', () => {
    expect(queries.length).toBeGreaterThan(300);
    expect(dangling(queries)).toEqual([]);
    const broken = [{ page: 'x', query: 'node_no_such + up{port="1"} + pg:ins:no_such' }];
    expect(dangling(broken)).toEqual(['x reads node_no_such', 'x reads up{port}', 'x reads pg:ins:no_such']);
  });

  it('or alerts read everything that hosts say of themselves', () => {
    const read = [...queries.map(({ query }) => query), ...alertsOf(groups).map(({ expr }) => expr)];
    const names = new Set(read.flatMap((query) => selectionsOf(query).map(({ metric }) => metric)));
    expect(Object.keys(AGENT_METRICS).filter((name) => !names.has(name))).toEqual([]);
  });

  it('and alerts read every rule that a site has', () => {
    const filed = filedRules();
    const read = new Set([
      ...queries.flatMap(({ query }) => selectionsOf(query)).map(({ metric }) => metric),
      ...rulesOf(filed).flatMap(({ expr }) => selectionsOf(expr).map(({ metric }) => metric)),
    ]);
    const names = rulesOf(filed).flatMap((rule) => ('record' in rule ? [rule.record] : []));
    expect(names.filter((name) => !read.has(name))).toEqual([]);
    expect(names.length).toBeGreaterThan(150);
    // Nothing is lost: what pages and alerts read of all rules is there.
    const wanted = [...read].filter((name) => records.has(name));
    expect(wanted.filter((name) => !names.includes(name))).toEqual([]);
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
