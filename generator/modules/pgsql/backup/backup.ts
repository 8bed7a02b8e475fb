import type { Value } from '../../../model/inventory.ts';
import { ownValue } from '../../../model/own-value.ts';
import type { FilePlan, IniSections } from '../../../model/plan.ts';
import type { SecretRef } from '../../../model/secret.ts';
import { backupType, cronToCalendar, parseCronLine, withAccount } from '../../../text/calendar.ts';
import type { PgsqlMember } from '../members.ts';
import { SECRET_REPOSITORY_KEYS } from '../params/service.ts';
import type { PgsqlSettings } from '../settings.ts';

export const BACKREST_CONFIG = 'etc/pgbackrest/pgbackrest.conf';

/** `archive_command`; the image has the configuration at pgBackRest's default path. */
export function archiveCommand(cluster: string): string {
  return `pgbackrest --stanza=${cluster} archive-push %p`;
}

/** The repository that pgbackrest_method names, or undefined when it does not exist. */
export function chosenRepository(settings: PgsqlSettings): Readonly<Record<string, Value>> | undefined {
  return ownValue(settings.pgbackrest_repo, settings.pgbackrest_method);
}

/** The configuration of pgBackRest, the script of the first backup, and the command `pg-backup`. */
export function backupFiles(member: PgsqlMember): FilePlan[] {
  const { settings, cluster } = member;
  const view = {
    socket: settings.pg_localhost.split(',')[0] ?? '',
    port: settings.pg_port,
    user: settings.pg_dbsu,
    stanza: cluster,
  };
  const template = (path: string, name: string): FilePlan => ({
    path,
    mode: 0o755,
    group: 'root',
    source: { kind: 'template', template: name, view },
  });
  if (!settings.pgbackrest_enabled) return [];
  return [
    backrestFile(member),
    template('etc/pgbackrest/first-backup.sh', 'pgsql/first-backup.sh.ejs'),
    template('bin/pg-backup', 'pgsql/pg-backup.ejs'),
  ];
}

/** pgbackrest.conf; process counts are in a separate file, because they depend on the node's processors. */
function backrestFile(member: PgsqlMember): FilePlan {
  const { pg_dbsu: group } = member.settings;
  const source = { kind: 'ini' as const, sections: sections(member) };
  return { path: BACKREST_CONFIG, mode: 0o640, group, source };
}

function sections(member: PgsqlMember): IniSections {
  const { settings, cluster } = member;
  const repository = Object.entries(chosenRepository(settings) ?? {}).map(
    ([key, value]) => [`repo1-${key.replaceAll('_', '-')}`, repositoryValue(member, key, value)] as const,
  );
  return [
    {
      name: 'global',
      entries: [
        ...repository,
        ['archive-async', 'y'],
        ['start-fast', 'y'],
        ['expire-auto', 'y'],
        ['compress-type', 'lz4'],
        ['spool-path', '/pg/tmp'],
        ['log-path', settings.pgbackrest_log_dir],
        ['log-level-console', 'info'],
        ['log-level-file', 'detail'],
        ['link-all', 'y'],
        ['delta', 'y'],
        ['archive-mode', 'off'],
      ],
    },
    {
      name: cluster,
      entries: [
        ['pg1-path', '/pg/data'],
        ['pg1-port', settings.pg_port],
        ['pg1-socket-path', settings.pg_localhost.split(',')[0] ?? settings.pg_localhost],
        ['pg1-user', settings.pg_dbsu],
      ],
    },
  ];
}

function repositoryValue({ settings }: PgsqlMember, key: string, value: Value): string | number | SecretRef {
  if (SECRET_REPOSITORY_KEYS.includes(key))
    return { $secret: `pgbackrest_repo.${settings.pgbackrest_method}.${key}`, as: 'plain' };
  if (typeof value === 'boolean') return value ? 'y' : 'n';
  return typeof value === 'number' ? value : String(value);
}

export type BackupSchedule = {
  readonly type: 'full' | 'diff' | 'incr';
  /** systemd calendar expressions. */
  readonly calendar: readonly string[];
};

/**
 * The schedules of backups: lines of node_crontab that call pg-backup, or full backups by pgbackrest_schedule if there is
 * no such line. Pigsty has no default schedule.
 */
export function backupSchedules(settings: PgsqlSettings): BackupSchedule[] {
  const written = [
    ...settings.node_crontab,
    ...settings.pg_crontab.map((line) => withAccount(line, settings.pg_dbsu)),
  ];
  const lines = written.flatMap((line) => parseCronLine(line) ?? []);
  const declared = (['full', 'diff', 'incr'] as const).map((type) => ({
    type,
    calendar: lines.flatMap(({ command, calendar }) => (backupType(command) === type ? calendar : [])),
  }));
  return declared.flatMap((schedule) => {
    if (schedule.calendar.length > 0) return [schedule];
    const calendar = cronToCalendar(settings.pgbackrest_schedule) ?? [];
    return schedule.type === 'full' ? [{ ...schedule, calendar }] : [];
  });
}
