import type { Column } from '../../../model/dashboard.ts';
import { column, fault } from '../../../model/panels.ts';

/** What the agent says of the node's generation, by the textfile directory of node exporter. */
export const GENERATION = {
  good: 'pigsty_generation_good',
  applied: 'pigsty_generation_applied_timestamp_seconds',
  info: 'pigsty_generation_info',
  drift: 'pigsty_drift_files',
  failedUnits: 'pigsty_units_failed',
} as const;

/** Columns of a table whose rows are nodes, for those that `matchers` select. */
export function generationColumns(matchers: string): readonly Column[] {
  const of = (metric: string) => `${metric}${matchers && `{${matchers}}`}`;
  return [
    { title: 'Generation', label: 'generation', of: of(GENERATION.info) },
    column('Good', of(GENERATION.good), 'none', {
      texts: [
        { value: 1, text: 'good', level: 'good' },
        { value: 0, text: 'not good', level: 'bad' },
      ],
    }),
    column('Applied', of(GENERATION.applied), 'timestamp'),
    column('Changed files', of(GENERATION.drift), 'none', {
      texts: fault('1', 'warn'),
      steps: [{ from: 1, level: 'warn' }],
    }),
    column('Failed units', of(GENERATION.failedUnits), 'none', {
      texts: fault('1'),
      steps: [{ from: 1, level: 'bad' }],
    }),
  ];
}
