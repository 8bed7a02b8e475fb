import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AGENT_METRICS } from '../../generator/model/agent-metrics.ts';
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
