import type { Contribution } from '../../../model/module.ts';
import { bytesOf } from '../../../text/size.ts';
import { unitFile, unitPlan } from '../../../text/unit.ts';
import type { PgsqlMember } from '../members.ts';
import { clusterDirectory, onHost } from '../paths.ts';

/** A timer that deletes old logs: those of PostgreSQL, Patroni, pgbouncer and pgBackRest together cannot fill a disk. */
export function logsContribution(member: PgsqlMember, image: string): Contribution {
  const { settings, instance } = member;
  const { pg_dbsu: user, pg_log_dir, patroni_log_dir, pgbouncer_log_dir, pgbackrest_log_dir } = settings;
  const appended = [...new Set([pgbouncer_log_dir, pgbackrest_log_dir])];
  const directories = [...new Set([pg_log_dir, patroni_log_dir, ...appended])];
  const outer = directories.filter((path) => onHost(member, path) === path);
  const root = clusterDirectory(member);
  const view = {
    root: { $image: image },
    ...{ user, instance, clusterDirectory: root },
    mounts: [root, ...outer].join(' '),
    binds: [`${root}:/pg`, ...outer].join(' '),
  };
  const script = 'etc/pgsql/logs.py';
  const limits = { keepBytes: bytesOf(settings.pg_log_keep_size), keepDays: settings.pg_log_keep_days };
  return {
    files: [
      {
        path: script,
        mode: 0o644,
        group: user,
        source: {
          kind: 'template',
          template: 'pgsql/logs.py.ejs',
          view: { directories, appended, ...limits },
        },
      },
      unitFile('pgsql-logs.service', 'pgsql/pgsql-logs.service.ejs', view),
      unitFile('pgsql-logs.timer', 'pgsql/pgsql-logs.timer.ejs', view),
    ],
    units: [
      unitPlan('pgsql-logs.service', { image, activation: 'none' }),
      unitPlan('pgsql-logs.timer', { activation: 'timer' }),
    ],
  };
}
