import type { Page, ValueText } from '../../../model/dashboard.ts';
import {
  chart,
  column,
  fault,
  labelColumn,
  page,
  section,
  stat,
  states,
  steps,
  table,
} from '../../../model/panels.ts';
import { CLUSTER, clusterVariable, GROUP } from './scope.ts';

/** States of a stanza and a repository (pgbackrest_exporter, README). */
const STATUS: readonly ValueText[] = [
  { value: 0, text: 'ok', level: 'good' },
  { value: 1, text: 'path missing', level: 'bad' },
  { value: 2, text: 'no backup', level: 'bad' },
  { value: 3, text: 'data missing', level: 'bad' },
  { value: 4, text: 'repositories differ', level: 'bad' },
  { value: 5, text: 'other database', level: 'bad' },
];

const DAY = 86_400;
const age = (type: string) =>
  `min(pgbackrest_backup_since_last_completion_seconds{${CLUSTER},backup_type="${type}"})`;

export const backupPage: Page = page('pgsql-backup', 'Backup', {
  group: GROUP,
  order: 108,
  about: 'Is there a backup, how old is it, and does the archive get all WAL?',
  variables: [clusterVariable],
  sections: [
    section(
      'Now',
      stat('Stanza', `min(pgbackrest_stanza_status{${CLUSTER}})`, { texts: STATUS }),
      stat('Repository', `min(pgbackrest_repo_status{${CLUSTER}})`, { texts: STATUS }),
      stat('Last full backup', age('full'), {
        unit: 'seconds',
        steps: steps(8 * DAY, 14 * DAY),
        help: 'Time since it ended.',
      }),
      stat('Last backup of any kind', `min(pgbackrest_backup_since_last_completion_seconds{${CLUSTER}})`, {
        unit: 'seconds',
        steps: steps(1.5 * DAY, 3 * DAY),
      }),
      stat('Errors in the last backup', `max(pgbackrest_backup_last_error_status{${CLUSTER}})`, {
        texts: fault('page errors'),
      }),
      stat('Archiving fails', `sum(increase(pg_archiver_failed_count{${CLUSTER}}[15m]))`, {
        steps: [
          { from: 0, level: 'good' },
          { from: 0.5, level: 'bad' },
        ],
        help: 'Failed attempts of the last 15 minutes.',
      }),
      table(
        'Backups',
        ['stanza', 'repo_key', 'backup_name'],
        [
          labelColumn('Backup', 'backup_name'),
          labelColumn('Kind', 'backup_type'),
          labelColumn('Repository', 'repo_key'),
          labelColumn('Stanza', 'stanza'),
          column('Database size', `pgbackrest_backup_size_bytes{${CLUSTER}}`, 'bytes'),
          column('In the repository', `pgbackrest_backup_repo_delta_bytes{${CLUSTER}}`, 'bytes'),
          column('Took', `pgbackrest_backup_duration_seconds{${CLUSTER}}`, 'seconds'),
          column('Errors', `pgbackrest_backup_error_status{${CLUSTER}}`, 'none', { texts: fault('yes') }),
        ],
        { rows: `pgbackrest_backup_info{${CLUSTER}}`, sort: '-Backup' },
      ),
    ),
    section(
      'Course',
      chart('Age of the last backup', 'seconds', {
        '{{backup_type}}': `min by (backup_type) (pgbackrest_backup_since_last_completion_seconds{${CLUSTER}})`,
      }),
      chart('Duration', 'seconds', {
        '{{backup_type}}': `max by (backup_type) (pgbackrest_backup_last_duration_seconds{${CLUSTER}})`,
      }),
      chart('Size of the last backup', 'bytes', {
        '{{backup_type}}': `max by (backup_type) (pgbackrest_backup_last_repo_size_bytes{${CLUSTER}})`,
      }),
      chart('WAL files archived', 'perSecond', {
        '{{ins}}': `rate(pg_archiver_finish_count{${CLUSTER}}[5m])`,
      }),
      chart('Failed attempts to archive', 'none', {
        '{{ins}}': `increase(pg_archiver_failed_count{${CLUSTER}}[5m])`,
      }),
      chart('Since the last archived file', 'seconds', {
        '{{ins}}': `time() - pg_archiver_finish_time{${CLUSTER}} > 0`,
      }),
      states(
        'Archive of the repository',
        { expression: `pgbackrest_wal_archive_status{${CLUSTER}}`, legend: '{{ins}} {{repo_key}}' },
        [
          { value: 1, text: 'has WAL', level: 'good' },
          { value: 0, text: 'empty', level: 'bad' },
        ],
      ),
      chart(
        'Running backup',
        'ratio',
        { '{{ins}}': `pg_backup_sent_bytes{${CLUSTER}} / pg_backup_total_bytes{${CLUSTER}}` },
        { max: 1, width: 6 },
      ),
    ),
  ],
});
