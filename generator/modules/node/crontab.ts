import type { Contribution } from '../../model/module.ts';
import type { View } from '../../model/plan.ts';
import type { Settings } from '../../model/settings.ts';
import { backupType, type CronLine, parseCronLine, withAccount } from '../../text/calendar.ts';
import { commentLine } from '../../text/quote.ts';
import { unitFile, unitPlan } from '../../text/unit.ts';

/** A line of `node_crontab` or `pg_crontab`, in the form of /etc/crontab. */
export type WrittenLine = {
  readonly parameter: 'node_crontab' | 'pg_crontab';
  readonly index: number;
  readonly line: string;
};

/** The lines for a host; those of `pg_crontab` belong to members, and run as their `pg_dbsu`. */
export function crontabLines({ node_crontab, pg_crontab, pg_cluster, pg_dbsu }: Settings): WrittenLine[] {
  const own = pg_cluster === undefined ? [] : pg_crontab;
  return [
    ...node_crontab.map((line, index) => ({ parameter: 'node_crontab' as const, index, line })),
    ...own.map((line, index) => ({
      parameter: 'pg_crontab' as const,
      index,
      line: withAccount(line, pg_dbsu),
    })),
  ];
}

/** The lines as timers. Module PGSQL handles those that call pg-backup. */
export function crontabContribution(settings: Settings): Contribution {
  const { pg_cluster: cluster } = settings;
  const jobs = crontabLines(settings).flatMap(({ line }) => parseCronLine(line) ?? []);
  const own = jobs.filter(({ command }) => cluster === undefined || backupType(command) === undefined);
  const named = own.map((job, index) => ({ name: `pigsty-cron-${index + 1}`, job }));
  return {
    files: named.flatMap(({ name, job }) => [
      unitFile(`${name}.service`, 'node/cron.service.ejs', jobView(job)),
      unitFile(`${name}.timer`, 'node/cron.timer.ejs', jobView(job)),
    ]),
    units: named.flatMap(({ name }) => [
      unitPlan(`${name}.service`, { activation: 'none' }),
      unitPlan(`${name}.timer`, { activation: 'timer' }),
    ]),
  };
}

/** cron turns `\%` into `%`; a bare `%` starts the input of the command, which rules.ts rejects (crontab(5)). */
function jobView({ user, command, calendar }: CronLine): View {
  const words = command.replaceAll('\\%', '%');
  // A percent sign starts a specifier in a systemd title.
  return { user, command: words, calendar, title: commentLine(words).replaceAll('%', '%%') };
}
