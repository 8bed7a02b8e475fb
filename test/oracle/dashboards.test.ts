import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Target } from '../../generator/modules/infra/grafana/schema.ts';
import { ALL_PAGES } from '../support/all-pages.ts';
import { type ConsoleSite, startConsoleSite } from '../support/console-site.ts';
import { DASHBOARDS, panelsOf, targetsOf } from '../support/dashboards.ts';
import { skipReason } from '../support/requirements.ts';
import { SAMPLES } from '../support/sample-metrics.ts';

/* A real Prometheus answers what the dashboards ask, with their variables filled in as Grafana fills them in. */
const skipped = skipReason('prometheus', 'promtool', 'prometheus-alertmanager');

/** Needs samples of yesterday; needs a receiver that fails. */
const WITHOUT_ANSWER = /offset 1d|notifications_failed/;

type Answer = { readonly error?: string; readonly data?: { readonly result: readonly Series[] } };
type Series = { readonly metric: Readonly<Record<string, string>> };

describe.skipIf(skipped)(`dashboards of Grafana over Prometheus${skipped ? ` (${skipped})` : ''}`, () => {
  let site: ConsoleSite;

  beforeAll(async () => {
    site = await startConsoleSite(ALL_PAGES, '');
  });
  afterAll(async () => {
    await site?.stop();
  });

  async function answerTo(expression: string): Promise<readonly Series[]> {
    const body = new URLSearchParams({ query: expression, time: String(SAMPLES.to) });
    const { origin } = new URL(site.address);
    const answer = await fetch(`${origin}/prometheus/api/v1/query`, { method: 'POST', body });
    const { error, data } = (await answer.json()) as Answer;
    if (!data) throw new Error(`${expression}: ${error}`);
    return data.result;
  }

  /** A variable that may be "all" is `.*`. */
  function filledIn(text: string, cls: string): string {
    const values: Readonly<Record<string, string>> = { cls, ins: 'pg-test-1', ip: '10.10.10.11' };
    return text
      .replaceAll(/=~"\$\{\w+\}"/g, '=~".*"')
      .replaceAll(/"\$(\w+)"/g, (_, name) => JSON.stringify(values[name]));
  }

  const cases = DASHBOARDS.map((one) => [one.uid ?? '', one] as const);

  it.each(cases)('%s asks nothing that Prometheus refuses or has no answer to', async (id, dashboard) => {
    const empty: string[] = [];
    for (const { expr } of panelsOf(dashboard).flatMap(targetsOf)) {
      const expression = filledIn(expr, id === 'etcd' ? 'etcd' : 'pg-test');
      expect(expression).not.toContain('$');
      const series = await answerTo(expression);
      if (series.length === 0 && !WITHOUT_ANSWER.test(expr)) empty.push(expression);
    }
    expect(empty).toEqual([]);
  });

  it.each(cases)('%s has tables whose columns have all labels of their rows', async (id, dashboard) => {
    for (const panel of panelsOf(dashboard).filter(({ type }) => type === 'table')) {
      const asked = targetsOf(panel);
      const answers = await Promise.all(
        asked.map(({ expr }) => answerTo(filledIn(expr, id === 'etcd' ? 'etcd' : 'pg-test'))),
      );
      const key = commonLabels(asked);
      expect(key.size, panel.title).toBeGreaterThan(0);
      for (const { metric } of answers.flat())
        expect(Object.keys(metric), panel.title).toEqual(expect.arrayContaining([...key]));
    }
  });

  it('lists the values of its variables', async () => {
    for (const { templating } of DASHBOARDS)
      for (const { definition } of templating.list ?? []) {
        const [, selector = '', label = ''] = /^label_values\((.+),\s*(\w+)\)$/.exec(definition ?? '') ?? [];
        if (definition === undefined) continue;
        const series = await answerTo(filledIn(selector, selector.startsWith('etcd') ? 'etcd' : 'pg-test'));
        expect(
          series.map(({ metric }) => metric[label] !== undefined),
          definition,
        ).toContain(true);
      }
  });
});

/** The labels that all queries of a table are reduced to: what their answers are joined by. */
function commonLabels(targets: readonly Target[]): ReadonlySet<string> {
  const lists = targets.map(({ expr }) => /max by \(([^)]*)\)/.exec(expr)?.[1]?.split(', ') ?? []);
  const [first = [], ...others] = lists;
  return new Set(first.filter((label) => others.every((list) => list.includes(label))));
}
