import type { Contribution } from '../../model/module.ts';
import type { FilePlan, UnitPlan, View } from '../../model/plan.ts';
import { backupType, type CronLine, parseCronLine } from '../../text/calendar.ts';
import type { NodeSettings } from './settings.ts';

/** Lines of `node_crontab` as timers. Those that call pg-backup belong to the database (pgsql/backup.ts). */
export function crontabContribution({
  node_crontab: lines,
  pg_cluster: cluster,
}: NodeSettings): Contribution {
  const jobs = lines.flatMap((line) => parseCronLine(line) ?? []);
  const own = jobs.filter(({ command }) => cluster === undefined || backupType(command) === undefined);
  const named = own.map((job, index) => ({ name: `pigsty-cron-${index + 1}`, job }));
  return {
    files: named.flatMap(({ name, job }) => [
      unitFile(`${name}.service`, 'cron.service.ejs', jobView(job)),
      unitFile(`${name}.timer`, 'cron.timer.ejs', jobView(job)),
    ]),
    units: named.flatMap(({ name }) => [unit(`${name}.service`, 'none'), unit(`${name}.timer`, 'timer')]),
  };
}

/** cron gives `\%` as `%`; a bare one begins the input of the command, which rules.ts refuses (crontab(5)). */
function jobView({ user, command, calendar }: CronLine): View {
  const words = command.replaceAll('\\%', '%');
  // systemd reads a percent sign in a title as the beginning of a name of its own.
  return { user, command: words, calendar, title: words.replaceAll('%', '%%') };
}

function unitFile(name: string, template: string, view: View): FilePlan {
  const source = { kind: 'template', template: `node/${template}`, view } as const;
  return { path: `units/${name}`, mode: 0o644, owner: 'root', group: 'root', source };
}

function unit(name: string, activation: UnitPlan['activation']): UnitPlan {
  return { name, file: `units/${name}`, restartOn: [], reloadOn: [], after: [], activation };
}
