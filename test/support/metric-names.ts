import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AGENT_METRICS } from '../../generator/model/agent-metrics.ts';
import { readColumns } from '../../generator/modules/pgsql/monitor/collector.ts';
import { allCollectors } from '../../generator/modules/pgsql/monitor/query-file.ts';
import { root } from './product.ts';

/** Labels that targets have (generator/model/monitoring.ts). */
export const TARGET_LABELS = ['job', 'cls', 'ins', 'ip', 'instance', 'exporter', 'vip'] as const;

/** What Prometheus stores for each target (its manual, "Automatically generated labels and time series"). */
const OF_EVERY_TARGET = [
  'up',
  'scrape_duration_seconds',
  'scrape_samples_post_metric_relabeling',
  'scrape_samples_scraped',
  'scrape_series_added',
];

/** What Prometheus itself stores for each alert (its manual, "Alerting rules"), with the labels of our alerts. */
const ALERTS = ['alertname', 'alertstate', 'severity', 'level', 'category'];

const FOLDER = join(root, 'test/metrics/names');

/** The metrics of the real programs, as test/metrics/record.sh has recorded them, and the agent's: name and own labels. */
export function recordedMetrics(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>(OF_EVERY_TARGET.map((name) => [name, []]));
  for (const [name, { labels }] of Object.entries(AGENT_METRICS)) found.set(name, labels);
  for (const file of readdirSync(FOLDER)) {
    for (const line of readFileSync(join(FOLDER, file), 'utf8').trimEnd().split('\n')) {
      const [name = '', , labels = '-'] = line.split(' ');
      const own = labels === '-' ? [] : labels.split(',');
      found.set(name, [...new Set([...(found.get(name) ?? []), ...own])]);
    }
  }
  return found;
}

/**
 * Everything that Prometheus has before it computes rules: also what our queries have in rare states only, as the progress of
 * a backup.
 */
export function producedMetrics(): ReadonlyMap<string, readonly string[]> {
  const found = new Map([...recordedMetrics(), ['ALERTS', ALERTS]]);
  for (const { name, columns } of allCollectors('public')) {
    const all = readColumns(columns);
    const labels = all.filter(({ usage }) => usage === 'label').map((column) => column.name);
    for (const column of all)
      if (column.usage !== 'label')
        found.set(`${name}_${column.name}`, found.get(`${name}_${column.name}`) ?? labels);
  }
  return found;
}
