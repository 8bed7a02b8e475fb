import type { Contribution } from '../../model/module.ts';
import { unitFile, unitPlan } from '../../text/unit.ts';

/*
 * What the agent knows about the node, as metrics: `pigsty-agent metrics` writes them once a minute, with what scripts
 * `metrics/<name>` of the generation print (docs/bundle.md).
 */
/** Where node_exporter looks for metrics of other programs, files `*.prom`. */
export const METRICS_DIRECTORY = '/run/pigsty-metrics';

const SERVICE = 'pigsty-metrics.service';
const TIMER = 'pigsty-metrics.timer';

export function metricsContribution(): Contribution {
  const view = { directory: METRICS_DIRECTORY };
  return {
    files: [SERVICE, TIMER].map((name) => unitFile(name, `node/${name}.ejs`, view)),
    units: [unitPlan(SERVICE, { activation: 'none' }), unitPlan(TIMER, { activation: 'timer' })],
  };
}
