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
import { anyDatabase, anyInstance, CLUSTER, clusterVariable, DATABASES, GROUP } from './scope.ts';

const TABLES = `${DATABASES},relname=~"\${relname:regex}"`;
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
