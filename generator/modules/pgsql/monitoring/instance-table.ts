import type { Column, TablePanel, ValueText } from '../../../model/dashboard.ts';
import { column, fault, labelColumn, linkTo, steps, table, UP } from '../../../model/panels.ts';

/** `pg_in_recovery` of an instance, in words. */
export const ROLE: readonly ValueText[] = [
  { value: 0, text: 'primary', level: 'good' },
  { value: 1, text: 'replica', level: 'plain' },
];

const toInstance = linkTo('pgsql-instance', 'cls', 'ins');

/** Instances of the series that `matchers` select, one a row: role, state, lag, load. */
export function instanceTable(title: string, matchers: string, before: readonly Column[] = []): TablePanel {
  const of = (metric: string) => `${metric}${matchers && `{${matchers}}`}`;
  return table(
    title,
    ['cls', 'ins'],
    [
      ...before,
      labelColumn('Instance', 'ins', toInstance),
      labelColumn('Address', 'ip', linkTo('node-instance', 'ip')),
      column('PostgreSQL', of('pg_up'), 'none', { texts: UP }),
      column('Role', of('pg_in_recovery'), 'none', { texts: ROLE }),
      column('Patroni', of('patroni_up'), 'none', { texts: UP }),
      column('Pool', of('pgbouncer_up'), 'none', { texts: UP }),
      column('Lag', of('pg:ins:lag_bytes'), 'bytes', { steps: steps(1024 ** 2, 64 * 1024 ** 2) }),
      column('Pressure', of('ins:pressure1'), 'ratio', { bar: 1, steps: steps(0.7, 0.9) }),
      column('Transactions', of('pg:ins:xact_total_rate1m'), 'perSecond'),
      column('Connections', of('pg:ins:conn_usage'), 'ratio', { bar: 1, steps: steps(0.7, 0.9) }),
      column('Restart due', of('patroni_pending_restart'), 'none', { texts: fault('yes', 'warn') }),
      column('Running for', of('pg_uptime'), 'seconds'),
      column('Version', `${of('pg_version')} / 10000`),
    ],
    { rows: of('pg_up'), sort: 'Instance' },
  );
}
