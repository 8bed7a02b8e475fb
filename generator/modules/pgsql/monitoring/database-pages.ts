import type { Page } from '../../../model/dashboard.ts';
import {
  anyOf,
  bars,
  chart,
  column,
  labelColumn,
  linkTo,
  page,
  section,
  steps,
  table,
} from '../../../model/panels.ts';
import { anyDatabase, anyInstance, CLUSTER, clusterVariable, DATABASES, GROUP, INSTANCES } from './scope.ts';

const TABLES = `${DATABASES},relname=~"\${relname:regex}"`;
const toDatabase = { link: linkTo('pgsql-table', 'cls', 'ins', 'datname') };

export const databasePage: Page = page('pgsql-database', 'Databases', {
  group: GROUP,
  order: 102,
  about: 'How large and how busy are the databases?',
  variables: [clusterVariable, anyInstance, anyDatabase],
  sections: [
    section(
      'Databases',
      table(
        'Databases',
        ['ins', 'datname'],
        [
          labelColumn('Database', 'datname', linkTo('pgsql-table', 'cls', 'ins', 'datname')),
          labelColumn('Instance', 'ins', linkTo('pgsql-instance', 'cls', 'ins')),
          column('Size', `pg_size_bytes{${DATABASES}}`, 'bytes'),
          column('Commits', `pg:db:xact_commit_rate1m{${DATABASES}}`, 'perSecond'),
          column('Rollbacks', `pg:db:xact_rollback_rate1m{${DATABASES}}`, 'perSecond'),
          column('Connections', `pg:db:conn_usage{${DATABASES}}`, 'ratio', {
            bar: 1,
            steps: steps(0.7, 0.9),
          }),
          column('In buffers', `pg:db:blks_hit_ratio1m{${DATABASES}}`, 'ratio', { bar: 1 }),
          column('XID age', `pg:db:age{${DATABASES}}`, 'ratio', { bar: 1, steps: steps(0.5, 0.8) }),
          column('Bad checksums', `pg_db_cks_fails{${DATABASES}}`, 'none', {
            steps: [{ from: 1, level: 'bad' }],
          }),
          column('Conflicts', `increase(pg_db_conflicts{${DATABASES}}[1h])`),
        ],
        { rows: `pg_db_xact_commit{${DATABASES}}`, sort: '-Commits' },
      ),
    ),
    section(
      'Activity',
      chart(
        'Transactions',
        'perSecond',
        { '{{ins}} {{datname}}': `pg:db:xact_total_rate1m{${DATABASES}}` },
        toDatabase,
      ),
      chart(
        'Rows changed',
        'perSecond',
        { '{{ins}} {{datname}}': `pg:db:tup_modified_rate1m{${DATABASES}}` },
        toDatabase,
      ),
      chart(
        'Rows fetched',
        'perSecond',
        { '{{ins}} {{datname}}': `pg:db:tup_fetched_rate1m{${DATABASES}}` },
        toDatabase,
      ),
      chart('Backends', 'none', { '{{ins}} {{datname}}': `pg_db_numbackends{${DATABASES}}` }, toDatabase),
      chart('Locks', 'none', { '{{ins}} {{datname}}': `pg:db:lock_count{${DATABASES}}` }, toDatabase),
      chart(
        'Found in shared buffers',
        'ratio',
        { '{{ins}} {{datname}}': `pg:db:blks_hit_ratio1m{${DATABASES}}` },
        { max: 1, ...toDatabase },
      ),
      chart(
        'Time in active sessions',
        'none',
        { '{{ins}} {{datname}}': `pg:db:active_time_rate1m{${DATABASES}}` },
        toDatabase,
      ),
      chart(
        'Time idle in transaction',
        'none',
        { '{{ins}} {{datname}}': `pg:db:ixact_time_rate1m{${DATABASES}}` },
        toDatabase,
      ),
      chart(
        'Temporary files',
        'bytesPerSecond',
        { '{{ins}} {{datname}}': `rate(pg_db_temp_bytes{${DATABASES}}[5m])` },
        toDatabase,
      ),
    ),
  ],
});

const perTable = (metric: string) => `sum by (datname, relname) (${metric}{${TABLES}})`;

const tableList = table(
  'Tables',
  ['datname', 'relname'],
  [
    labelColumn('Table', 'relname', linkTo('pgsql-table', 'cls', 'datname', 'relname')),
    labelColumn('Database', 'datname'),
    column('Size', `max by (datname, relname) (pg_table_size_bytes{${TABLES}})`, 'bytes'),
    column('Indexes', `max by (datname, relname) (pg_table_size_indexsize{${TABLES}})`, 'bytes'),
    column('Scans', perTable('pg:table:scan_rate1m'), 'perSecond'),
    column('Sequential', `sum by (datname, relname) (rate(pg_table_seq_scan{${TABLES}}[5m]))`, 'perSecond'),
    column('Changed', `sum by (datname, relname) (rate(pg_table_n_tup_mod{${TABLES}}[5m]))`, 'perSecond'),
    column('Live rows', `max by (datname, relname) (pg_table_n_live_tup{${TABLES}})`),
    column('Dead rows', `max by (datname, relname) (pg_table_n_dead_tup{${TABLES}})`),
    column('Since analyze', `max by (datname, relname) (pg_table_n_mod_since_analyze{${TABLES}})`),
    column('XID age', `max by (datname, relname) (pg_table_age{${TABLES}})`),
  ],
  { sort: '-Size' },
);

export const tablePage: Page = page('pgsql-table', 'Tables', {
  group: GROUP,
  order: 103,
  about: 'Which tables and indexes are large, read, changed, or want a vacuum?',
  variables: [
    clusterVariable,
    anyInstance,
    anyDatabase,
    anyOf('relname', 'Table', 'pg_table_seq_scan{cls="$cls",datname=~"${datname:regex}"}'),
  ],
  sections: [
    section('Tables', tableList),
    section(
      'Access',
      chart('Rows inserted', 'perSecond', {
        '{{datname}} {{relname}}': `topk(10, sum by (datname, relname) (rate(pg_table_n_tup_ins{${TABLES}}[5m])))`,
      }),
      chart('Rows updated', 'perSecond', {
        '{{datname}} {{relname}}': `topk(10, sum by (datname, relname) (rate(pg_table_n_tup_upd{${TABLES}}[5m])))`,
      }),
      chart('Rows deleted', 'perSecond', {
        '{{datname}} {{relname}}': `topk(10, sum by (datname, relname) (rate(pg_table_n_tup_del{${TABLES}}[5m])))`,
      }),
      chart('Sequential scans read', 'perSecond', {
        '{{datname}} {{relname}}': `topk(10, sum by (datname, relname) (rate(pg_table_seq_tup_read{${TABLES}}[5m])))`,
      }),
      chart('Index scans read', 'perSecond', {
        '{{datname}} {{relname}}': `topk(10, sum by (datname, relname) (rate(pg_table_idx_tup_fetch{${TABLES}}[5m])))`,
      }),
      chart(
        'Updates without index change',
        'ratio',
        {
          '{{datname}} {{relname}}': `topk(10, sum by (datname, relname) (rate(pg_table_n_tup_hot_upd{${TABLES}}[5m])) / sum by (datname, relname) (rate(pg_table_n_tup_upd{${TABLES}}[5m])))`,
        },
        { max: 1 },
      ),
      chart(
        'Found in shared buffers',
        'ratio',
        {
          '{{datname}} {{relname}}': `bottomk(10, sum by (datname, relname) (rate(pg_table_heap_blks_hit{${TABLES}}[5m])) / (sum by (datname, relname) (rate(pg_table_heap_blks_hit{${TABLES}}[5m])) + sum by (datname, relname) (rate(pg_table_heap_blks_read{${TABLES}}[5m]))))`,
        },
        { max: 1 },
      ),
      chart(
        'Automatic vacuums',
        'none',
        {
          '{{datname}} {{relname}}': `topk(10, sum by (datname, relname) (increase(pg_table_autovacuum_count{${TABLES}}[1h])))`,
        },
        { help: 'Number in the last hour.' },
      ),
      bars(
        'Dead rows',
        {
          expression: `topk(15, max by (datname, relname) (pg_table_n_dead_tup{${TABLES}}))`,
          legend: '{{datname}} {{relname}}',
        },
        'none',
      ),
    ),
    section(
      'Indexes, sequences, functions',
      table(
        'Indexes',
        ['datname', 'idxname'],
        [
          labelColumn('Index', 'idxname'),
          labelColumn('Table', 'relname', linkTo('pgsql-table', 'cls', 'datname', 'relname')),
          labelColumn('Database', 'datname'),
          column(
            'Scans',
            `sum by (datname, relname, idxname) (rate(pg_index_idx_scan{${TABLES}}[5m]))`,
            'perSecond',
          ),
          column(
            'Read',
            `sum by (datname, relname, idxname) (rate(pg_index_idx_tup_read{${TABLES}}[5m]))`,
            'perSecond',
          ),
          column(
            'Fetched',
            `sum by (datname, relname, idxname) (rate(pg_index_idx_tup_fetch{${TABLES}}[5m]))`,
            'perSecond',
          ),
          column('Scans ever', `sum by (datname, relname, idxname) (pg_index_idx_scan{${TABLES}})`),
        ],
        { sort: 'Scans ever', help: 'The first ones are never used: they cost writes and space.' },
      ),
      bars(
        'Fullest sequences',
        {
          expression: `topk(15, max by (datname, seqname) (pg_seq_used_ratio{${CLUSTER},datname=~"\${datname:regex}"}))`,
          legend: '{{datname}} {{seqname}}',
        },
        'ratio',
        { width: 6, max: 1, steps: steps(0.7, 0.9) },
      ),
      bars(
        'Functions',
        {
          expression: `topk(15, sum by (datname, funcname) (rate(pg_func_total_time{${DATABASES}}[5m])))`,
          legend: '{{datname}} {{funcname}}',
        },
        'seconds',
        { width: 6, help: 'Seconds of run time per second.' },
      ),
    ),
  ],
});

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
