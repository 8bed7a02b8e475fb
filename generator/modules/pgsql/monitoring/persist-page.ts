import type { Page } from '../../../model/dashboard.ts';
import {
  bars,
  chart,
  column,
  labelColumn,
  page,
  section,
  stat,
  steps,
  table,
} from '../../../model/panels.ts';
import { clusterVariable, GROUP, INSTANCE, instanceVariable } from './scope.ts';

const rate = (metric: string) => `rate(${metric}{${INSTANCE}}[5m])`;
const io = (metric: string) => `sum by (type, object, context) (${rate(`pg_io_${metric}`)}) > 0`;
const IO = '{{type}} {{object}} {{context}}';

export const persistPage: Page = page('pgsql-persist', 'WAL and vacuum', {
  group: GROUP,
  order: 109,
  about: 'Checkpoints, WAL, transaction ids, vacuum, and what is read and written.',
  variables: [clusterVariable, instanceVariable],
  sections: [
    section(
      'Now',
      stat('XID age', `pg:ins:age{${INSTANCE}}`, {
        unit: 'ratio',
        steps: steps(0.5, 0.8),
        help: 'Of the two thousand million transactions that there can be without a freeze.',
      }),
      stat('Multixact age', `pg:ins:mxid_age{${INSTANCE}}`, { unit: 'ratio', steps: steps(0.5, 0.8) }),
      stat('XIDs are used up in', `pg:ins:age_exhaust{${INSTANCE}}`, { unit: 'seconds' }),
      stat('Since the checkpoint', `pg_checkpoint_elapse{${INSTANCE}}`, { unit: 'seconds' }),
      stat('WAL on disk', `pg:ins:wal_size{${INSTANCE}}`, { unit: 'bytes', trend: true }),
      stat('Data disk', `pg:ins:space_usage{${INSTANCE}}`, { unit: 'ratio', steps: steps(0.8, 0.9) }),
      stat('Bad checksums', `sum(pg_db_cks_fails{${INSTANCE}})`, {
        steps: [
          { from: 0, level: 'good' },
          { from: 1, level: 'bad' },
        ],
      }),
    ),
    section(
      'Checkpoints and WAL',
      chart(
        'Checkpoints',
        'none',
        {
          timed: `increase(pg_checkpointer_timed{${INSTANCE}}[15m])`,
          requested: `increase(pg_checkpointer_req{${INSTANCE}}[15m])`,
        },
        { help: 'In 15 minutes. Many requested ones mean that max_wal_size is small.' },
      ),
      chart(
        'Time of checkpoints',
        'none',
        {
          write: rate('pg_checkpointer_write_time'),
          sync: rate('pg_checkpointer_sync_time'),
        },
        { help: 'Seconds per second.' },
      ),
      chart('WAL', 'bytesPerSecond', { written: rate('pg_wal_bytes') }),
      chart('WAL records', 'perSecond', {
        records: rate('pg_wal_records'),
        'whole pages': rate('pg_wal_fpi'),
      }),
      chart('Full WAL buffers', 'perSecond', { 'buffers full': rate('pg_wal_buffers_full') }),
      chart('Archived', 'perSecond', {
        done: rate('pg_archiver_finish_count'),
        failed: rate('pg_archiver_failed_count'),
      }),
      chart('Buffers written', 'perSecond', {
        checkpointer: `pg:ins:buf_flush_ckpt_rate1m{${INSTANCE}}`,
        'background writer': `pg:ins:buf_flush_clean_rate1m{${INSTANCE}}`,
        'client backends': `pg:ins:buf_flush_backend_rate1m{${INSTANCE}}`,
      }),
      chart('Buffers taken', 'perSecond', { allocated: `pg:ins:buf_alloc_rate1m{${INSTANCE}}` }),
      chart('Background writer stopped early', 'perSecond', {
        stopped: rate('pg_bgwriter_maxwritten_clean'),
      }),
    ),
    section(
      'Vacuum',
      chart('Age', 'ratio', {
        '{{datname}} XID': `pg:db:age{${INSTANCE}}`,
        '{{datname}} multixact': `pg:db:mxid_age{${INSTANCE}}`,
      }),
      bars(
        'Oldest tables',
        { expression: `topk(12, pg_table_age{${INSTANCE}})`, legend: '{{datname}} {{relname}}' },
        'none',
        { help: 'Transactions since the last freeze.' },
      ),
      bars(
        'Dead rows',
        { expression: `topk(12, pg_table_n_dead_tup{${INSTANCE}})`, legend: '{{datname}} {{relname}}' },
        'none',
      ),
      table(
        'Running now',
        ['datname', 'relname', 'pid'],
        [
          labelColumn('Table', 'relname'),
          labelColumn('Database', 'datname'),
          labelColumn('Process', 'pid'),
          column('Vacuum', `pg_vacuuming_progress{${INSTANCE}}`, 'ratio', { bar: 1 }),
          column('Index build', `pg_indexing_blocks{${INSTANCE}}`, 'ratio', { bar: 1 }),
          column('Rewrite', `pg_clustering_progress{${INSTANCE}}`, 'ratio', { bar: 1 }),
        ],
      ),
    ),
    section(
      'Size',
      chart(
        'Databases',
        'bytes',
        { '{{datname}}': `pg_size_bytes{${INSTANCE},datname!~"wal|log"}` },
        { stacked: true },
      ),
      chart('WAL and log', 'bytes', { '{{datname}}': `pg_size_bytes{${INSTANCE},datname=~"wal|log"}` }),
      chart('Temporary files', 'bytesPerSecond', { '{{datname}}': `pg:db:temp_bytes_rate1m{${INSTANCE}}` }),
    ),
    section(
      'Input and output',
      chart('Reads', 'perSecond', { [IO]: io('reads') }),
      chart('Writes', 'perSecond', { [IO]: io('writes') }),
      chart('Extended', 'perSecond', { [IO]: io('extends') }),
      chart('Time of reads', 'none', { [IO]: io('read_time') }, { help: 'Seconds per second.' }),
      chart('Time of writes', 'none', { [IO]: io('write_time') }, { help: 'Seconds per second.' }),
      chart('Flushes', 'perSecond', { [IO]: io('fsyncs') }),
      chart('Blocks of databases', 'perSecond', {
        read: `pg:ins:blks_read_1m{${INSTANCE}}`,
        hit: `pg:ins:blks_hit_1m{${INSTANCE}}`,
      }),
      chart('Time on blocks', 'none', {
        read: `pg:ins:blk_read_time_seconds_rate1m{${INSTANCE}}`,
        write: `pg:ins:blk_write_time_seconds_rate1m{${INSTANCE}}`,
      }),
      chart('Simple caches (SLRU)', 'perSecond', {
        '{{name}} read': `${rate('pg_slru_blks_read')} > 0`,
        '{{name}} written': `${rate('pg_slru_blks_written')} > 0`,
      }),
    ),
  ],
});
