import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { RuleGroup } from '../../generator/model/monitoring.ts';
import { ETCD_CASES } from '../metrics/cases/etcd.ts';
import { FOREIGN_CASES, FOREIGN_RECORDS } from '../metrics/cases/foreign.ts';
import { INFRA_CASES } from '../metrics/cases/infra.ts';
import { NODE_CASES } from '../metrics/cases/node.ts';
import { RESOURCE_CASES } from '../metrics/cases/node-resources.ts';
import { PGSQL_CASES } from '../metrics/cases/pgsql.ts';
import { CLUSTER_CASES } from '../metrics/cases/pgsql-cluster.ts';
import { RECORDS, recordTest } from '../metrics/cases/records.ts';
import { recordedMetrics, TARGET_LABELS } from '../support/metric-names.ts';
import { removeTree } from '../support/process.ts';
import { checkRules, PAGES, type RuleTest, testRules } from '../support/promtool.ts';
import { skipReason } from '../support/requirements.ts';
import { type AlertCase, alertTest, closure, quietTest } from '../support/rule-tests.ts';
import { alertsOf, ruleGroupsOf } from '../support/rules.ts';
import { blueprints } from '../support/sample-plans.ts';

/*
 * promtool, Prometheus's own checker, judges the rules: it reads them, and computes them over series with the names and labels that
 * the exporters have.
 */
const skipped = skipReason('promtool');
const CASES = [
  ...NODE_CASES,
  ...RESOURCE_CASES,
  ...PGSQL_CASES,
  ...CLUSTER_CASES,
  ...ETCD_CASES,
  ...INFRA_CASES,
];
const groups = ruleGroupsOf();
const alerts = alertsOf(groups);

/** Always on. */
const WATCHDOG = {
  exp_labels: { level: '2', severity: 'INFO', category: 'infra' },
  exp_annotations: {
    summary: 'Alerts are computed and delivered: this one is always on, its value is 1',
    page: `${PAGES}/Watchdog`,
  },
};

describe.skipIf(skipped)(`rules${skipped ? ` (${skipped})` : ''}`, () => {
  const directory = mkdtempSync(join(tmpdir(), 'pigsty-test-'));
  afterAll(() => removeTree(directory));

  it.each([...blueprints.map((name) => `blueprints/${name}.yml`), 'test/metrics/site.yml'])(
    'are accepted: %s',
    async (path) => {
      const result = await checkRules(directory, ruleGroupsOf(path));
      expect(result.code, result.stdout + result.stderr).toBe(0);
    },
  );

  it.each([
    ['an expression that is not PromQL', 'sum(up', /unclosed left parenthesis/],
    ['a function that does not exist', 'rates(up[5m])', /unknown function/],
  ])('are refused: %s', async (_, expr, message) => {
    const broken: RuleGroup = { name: 'broken', rules: [{ record: 'a:b:c', expr }] };
    const result = await checkRules(directory, [broken]);
    expect(result.code).not.toBe(0);
    expect(result.stdout + result.stderr).toMatch(message);
  });

  const ruleOf = (name: string) => {
    const rule = alerts.find(({ alert }) => alert === name);
    if (!rule) throw new Error(`no alert ${name}`);
    return rule;
  };

  function testOf(one: AlertCase, index: number): RuleTest {
    const { alert } = one;
    const rules = closure(alert, groups);
    const test = alertTest(one, ruleOf(alert), `${PAGES}/${alert}`);
    return { name: `${index}-${alert}`, groups: [{ name: alert, rules }], tests: [test] };
  }

  it('fire when they must, are silent before, and end: each alert', async () => {
    const result = await testRules(directory, [...CASES, ...FOREIGN_CASES].map(testOf));
    expect(result.code, result.stdout + result.stderr).toBe(0);
  });

  it('are seen to be wrong: an alert that fires although all is well, one that does not, another text', async () => {
    const [down] = NODE_CASES;
    if (!down) throw new Error('no case');
    const broken = [
      { ...down, series: down.series.map((one) => ({ ...one, well: 0 })) },
      { ...down, series: down.series.map((one) => ({ ...one, bad: 1 })) },
      { ...down, summary: 'another text' },
    ];
    for (const one of broken) {
      const result = await testRules(directory, [testOf(one, 0)]);
      expect(result.code, JSON.stringify(one)).toBe(1);
      expect(result.stdout + result.stderr).toContain('alertname: NodeDown');
    }
  });

  it('are all silent in a site where all is well, except Watchdog', async () => {
    const test: RuleTest = {
      name: 'quiet',
      groups,
      tests: [quietTest([...CASES, ...FOREIGN_CASES], alerts, { Watchdog: [WATCHDOG] })],
    };
    const result = await testRules(directory, [test]);
    expect(result.code, result.stdout + result.stderr).toBe(0);
  });

  it('compute what their names say: the main recording rules', async () => {
    const all = [...RECORDS, ...FOREIGN_RECORDS].map((one, index): RuleTest => {
      const rules = closure(one.record, groups);
      return { name: `record-${index}`, groups: [{ name: 'record', rules }], tests: [recordTest(one)] };
    });
    const result = await testRules(directory, all);
    expect(result.code, result.stdout + result.stderr).toBe(0);
  });
});

describe('cases of alerts', () => {
  it('are there for each alert but Watchdog, once', () => {
    const tested = CASES.map(({ alert }) => alert).sort();
    expect(tested).toEqual(
      alerts
        .map(({ alert }) => alert)
        .filter((name) => name !== 'Watchdog')
        .sort(),
    );
  });

  it('have series with the labels that real programs give them', () => {
    const metrics = recordedMetrics();
    const own = (labels: readonly string[]) =>
      labels.filter((one) => !TARGET_LABELS.some((known) => known === one)).toSorted();
    const odd = [...CASES, ...FOREIGN_CASES].flatMap(({ alert, series }) =>
      series.flatMap(({ name, labels }) => {
        const real = metrics.get(name) ?? ['unknown'];
        return own(Object.keys(labels)).join() === own(real).join() ? [] : [`${alert}: ${name}`];
      }),
    );
    expect(odd).toEqual([]);
  });
});
