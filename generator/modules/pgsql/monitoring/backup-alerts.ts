import { type Alert, INSTANCE, SECONDS } from '../../../text/alerting.ts';
import { selectors } from '../../../text/selector.ts';
import type { PgsqlLimits } from './limits.ts';

/** Alerts about backups, and the WAL that belongs to them. */
export function backupAlerts({ backupSeconds }: PgsqlLimits): Alert[] {
  return [
    ...oldBackupAlerts(backupSeconds),
    {
      alert: 'PostgresBackupBroken',
      // With a repository on each host, only that of the primary has backups.
      expr: 'min by (job, cls, stanza) (pgbackrest_stanza_status) > 0 or min by (job, cls, stanza) (pgbackrest_repo_status) > 0',
      for: '15m',
      level: 0,
      summary:
        'Cluster {{ $labels.stanza }}: pgBackRest has no usable backup or repository, its status is {{ $value }}',
    },
    {
      alert: 'PostgresBackupCorrupt',
      expr: 'max by (job, cls, stanza) (pgbackrest_backup_last_error_status) > 0',
      level: 0,
      summary:
        'Cluster {{ $labels.stanza }}: the last backup has pages with wrong checksums (error status {{ $value }})',
    },
    {
      alert: 'PgbackrestExporterFailed',
      expr: 'pgbackrest_exporter_status < 1',
      for: '15m',
      level: 1,
      summary: `${INSTANCE}: the exporter of pgBackRest cannot read the repository, its status is {{ $value }}`,
    },
    {
      alert: 'PostgresArchiveFailing',
      // The archiver's last attempt has failed. Members in recovery have the numbers of an earlier life as primary.
      expr: `pg_archiver_failed_time > (pg_archiver_finish_time or pg_archiver_failed_time * 0)
        and on (ins, instance) pg_in_recovery == 0`,
      for: '2m',
      level: 0,
      summary: `${INSTANCE}: WAL is not archived since {{ $value | humanizeTimestamp }} or earlier; the disk fills up`,
    },
  ];
}

/** None in a site without backups. */
function oldBackupAlerts(limits: PgsqlLimits['backupSeconds']): Alert[] {
  const tooOld = selectors('stanza', limits).map(
    ({ value: seconds, selector }) =>
      `min by (job, cls, stanza) (pgbackrest_backup_since_last_completion_seconds{${selector}}) > ${seconds}`,
  );
  if (tooOld.length === 0) return [];
  return [
    {
      alert: 'PostgresBackupTooOld',
      expr: tooOld.join(' or '),
      for: '5m',
      level: 0,
      summary: `Cluster {{ $labels.stanza }}: the last backup is ${SECONDS} old, and its schedule wants a newer one`,
    },
  ];
}
