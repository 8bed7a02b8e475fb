import type { Column } from '../../../model/dashboard.ts';
import { column, fault } from '../../../model/panels.ts';

/** What the agent says of the node's generation, by the textfile directory of node exporter. */
export const GENERATION = {
  good: 'pigsty_agent_good',
  applied: 'pigsty_agent_applied_timestamp_seconds',
  info: 'pigsty_agent_info',
  drift: 'pigsty_agent_drift',
  failedUnits: 'pigsty_agent_failed_units',
  pendingRestart: 'pigsty_agent_pending_restart',
  unitActive: 'pigsty_unit_active',
  certificateEnd: 'pigsty_certificate_expiry_timestamp_seconds',
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
