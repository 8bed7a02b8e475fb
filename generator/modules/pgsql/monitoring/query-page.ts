import type { Page } from '../../../model/dashboard.ts';
import { anyOf, chart, column, labelColumn, linkTo, page, section, table } from '../../../model/panels.ts';
import { anyDatabase, anyInstance, clusterVariable, GROUP, INSTANCES } from './scope.ts';

const QUERIES = `${INSTANCES},datname=~"\${datname:regex}",query=~"\${query:regex}"`;
const perQuery = (metric: string) => `sum by (datname, query) (rate(${metric}{${QUERIES}}[5m]))`;
const perCall = (metric: string) => `${perQuery(metric)} / ${perQuery('pg_query_calls')}`;
const toQuery = { link: linkTo('pgsql-query', 'cls', 'datname', 'query') };
const top = (expression: string) => ({ '{{datname}} {{query}}': `topk(12, ${expression})` });

export const queryPage: Page = page('pgsql-query', 'Queries', {
  group: GROUP,
  order: 104,
  about: 'Which statements take the time? The number is the queryid of pg_stat_statements.',
  variables: [
    clusterVariable,
    anyInstance,
    anyDatabase,
    anyOf('query', 'Query', 'pg_query_calls{cls="$cls",datname=~"${datname:regex}"}'),
  ],
  sections: [
    section(
      'Statements',
      table(
        'Statements',
        ['datname', 'query'],
        [
          labelColumn('Query', 'query', toQuery.link),
          labelColumn('Database', 'datname'),
          column('Calls', `sum by (datname, query) (pg:query:call_rate1m{${QUERIES}})`, 'perSecond'),
          column('Time of a call', `max by (datname, query) (pg:query:rt_1m{${QUERIES}})`, 'seconds'),
          column('Share of a core', perQuery('pg_query_exec_time'), 'ratio', { bar: 1 }),
          column('Rows per call', perCall('pg_query_rows')),
          column('Read from disk', perCall('pg_query_sblk_read')),
          column('WAL per call', perCall('pg_query_wal_bytes'), 'bytes'),
        ],
        { sort: '-Share of a core' },
      ),
    ),
    section(
      'Per second',
      chart('Calls', 'perSecond', top(`sum by (datname, query) (pg:query:call_rate1m{${QUERIES}})`), toQuery),
      chart('Execution time', 'none', top(perQuery('pg_query_exec_time')), {
        ...toQuery,
        help: 'Seconds of execution per second: the cores that it keeps busy.',
      }),
      chart('Time for input and output', 'none', top(perQuery('pg_query_io_time')), toQuery),
      chart('Rows', 'perSecond', top(perQuery('pg_query_rows')), toQuery),
      chart('Blocks read', 'perSecond', top(perQuery('pg_query_sblk_read')), toQuery),
      chart('WAL', 'bytesPerSecond', top(perQuery('pg_query_wal_bytes')), toQuery),
    ),
    section(
      'Per call',
      chart('Time', 'seconds', top(`max by (datname, query) (pg:query:rt_1m{${QUERIES}})`), toQuery),
      chart('Rows', 'none', top(perCall('pg_query_rows')), toQuery),
      chart('Blocks in shared buffers', 'none', top(perCall('pg_query_sblk_hit')), toQuery),
      chart('Blocks read', 'none', top(perCall('pg_query_sblk_read')), toQuery),
      chart('Blocks dirtied', 'none', top(perCall('pg_query_sblk_dirtied')), toQuery),
      chart('Blocks written', 'none', top(perCall('pg_query_sblk_written')), toQuery),
    ),
  ],
});
