import type { Contribution } from '../../model/module.ts';
import type { View } from '../../model/plan.ts';
import type { Settings } from '../../model/settings.ts';
import { backupType, type CronLine, parseCronLine } from '../../text/calendar.ts';
import { unitFile, unitPlan } from '../../text/unit.ts';

/** Lines of `node_crontab` as timers. Module PGSQL handles those that call pg-backup. */
export function crontabContribution({ node_crontab: lines, pg_cluster: cluster }: Settings): Contribution {
  const jobs = lines.flatMap((line) => parseCronLine(line) ?? []);
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
  return { user, command: words, calendar, title: words.replaceAll('%', '%%') };
}
